using PruneSearch.Core.Strategies;

namespace PruneSearch.Cluster.TestHost.Chaos;

/// <summary>How large a search to run on how many slots.</summary>
public sealed record ScaleOptions
{
    /// <summary>Trajectories of five stages each, besides the base.</summary>
    public int Trajectories { get; init; } = 2000;

    /// <summary>How long a stage takes.</summary>
    public int Milliseconds { get; init; } = 1000;

    /// <summary>Worker processes.</summary>
    public int Workers { get; init; } = 4;

    /// <summary>Slots of each of them.</summary>
    public int Slots { get; init; } = 4;

    /// <summary>What proposes the trajectories; <see langword="null"/> for a search in which all are known at launch.</summary>
    public StrategyKind? Strategy { get; init; }

    /// <summary>Searches of so many trajectories each, at once.</summary>
    public int Searches { get; init; } = 1;

    /// <summary>Stages of a trajectory besides the base, 1 to 5.</summary>
    public int Stages { get; init; } = 5;

    /// <summary>Whether silos show each other certificates.</summary>
    public bool Tls { get; init; }

    /// <summary>After so many seconds it is looked at what was done, whether or not that is all; 0 to wait for the end.</summary>
    public int Seconds { get; init; }

    /// <summary>Seconds for which all slots are idle first, to see what that costs.</summary>
    public int Idle { get; init; }

    /// <summary>Folder for everything.</summary>
    public required string Folder { get; init; }

    /// <summary>Folder of PostgreSQL's programs.</summary>
    public required string PostgresPrograms { get; init; }

    /// <summary>Whom to run PostgreSQL as.</summary>
    public string PostgresUser { get; init; } = "";
}
