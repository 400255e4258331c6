using PruneSearch.Core.Frontiers;

namespace PruneSearch.Core.Searches;

/// <summary>Some of a search's reports in the order in which they came. Positions do not change, also after a restart.</summary>
[GenerateSerializer, Alias("prunesearch.ReportPage")]
public sealed record ReportPage
{
    /// <summary>Largest number of reports on a page, and of trajectories in a status.</summary>
    public const int Largest = 500;

    /// <summary>Identifier of the search whose reports these are.</summary>
    [Id(0)]
    public required string SearchId { get; init; }

    /// <summary>The user's name for it.</summary>
    [Id(1)]
    public required string Name { get; init; }

    /// <summary>Objectives of the search, for whoever draws a frontier of the reports.</summary>
    [Id(2)]
    public required IReadOnlyList<Objective> Objectives { get; init; }

    /// <summary>The reports; whether they are on the frontier is not said here.</summary>
    [Id(3)]
    public required IReadOnlyList<FrontierPoint> Points { get; init; }

    /// <summary>Position of the report after the last one here: where the next page begins.</summary>
    [Id(4)]
    public required int Next { get; init; }

    /// <summary>Reports that can be asked for now.</summary>
    [Id(5)]
    public required int Total { get; init; }

    /// <summary>State of the search.</summary>
    [Id(6)]
    public required WorkState State { get; init; }
}
