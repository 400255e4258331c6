using PruneSearch.Core.Searches;

namespace PruneSearch.Cluster.TestHost.Chaos;

/// <summary>What came out.</summary>
public sealed record ChaosResult
{
    /// <summary>All faults.</summary>
    public required IReadOnlyList<Fault> Faults { get; init; }

    /// <summary>Distinct stages of the search.</summary>
    public required int Stages { get; init; }

    /// <summary>Attempts at them.</summary>
    public required int Attempts { get; init; }

    /// <summary>Stages that were begun again although their report was there: none, if all is well.</summary>
    public required IReadOnlyList<string> BegunAgain { get; init; }

    /// <summary>How the search ended.</summary>
    public required WorkState State { get; init; }

    /// <summary>Whether its frontier, every report in it, is the one of a search that nothing happened to.</summary>
    public required bool SameFrontier { get; init; }

    /// <summary>Whether what it tried, every stage of it, is what a search tried that nothing happened to.</summary>
    public required bool SameTrajectories { get; init; }

    /// <summary>Writes that a full store refused.</summary>
    public int Refused { get; init; }

    /// <summary>How long all of it took.</summary>
    public required TimeSpan Duration { get; init; }
}
