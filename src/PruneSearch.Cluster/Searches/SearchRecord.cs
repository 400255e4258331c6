using PruneSearch.Core.Searches;

namespace PruneSearch.Cluster.Searches;

/// <summary>The part of a search that never changes after launch.</summary>
[GenerateSerializer, Alias("prunesearch.SearchRecord")]
internal sealed class SearchRecord
{
    /// <summary>The plan.</summary>
    [Id(0)]
    public SearchPlan? Plan { get; set; }

    /// <summary>W3C trace context of the span made at launch; <see langword="null"/> when nobody listened.</summary>
    [Id(1)]
    public string? TraceParent { get; set; }
}

/// <summary>The part of a search that changes. Reports are not here: they stand in the checkpoint store.</summary>
[GenerateSerializer, Alias("prunesearch.SearchProgress")]
internal sealed class SearchProgress
{
    /// <summary>State.</summary>
    [Id(0)]
    public WorkState State { get; set; }

    /// <summary>Why it failed or was cancelled.</summary>
    [Id(1)]
    public string? Reason { get; set; }

    /// <summary>Trajectories that failed, by name. Those that completed follow from the reports.</summary>
    [Id(2)]
    public Dictionary<string, TrajectoryEnd> Ended { get; set; } = [];
}

/// <summary>How a trajectory ended.</summary>
/// <param name="State">Completed or failed.</param>
/// <param name="Reason">Why it failed.</param>
/// <param name="LogTail">Last lines of the log of the worker where its stage failed.</param>
[GenerateSerializer, Alias("prunesearch.TrajectoryEnd")]
internal sealed record TrajectoryEnd([property: Id(0)] WorkState State, [property: Id(1)] string? Reason, [property: Id(2)] string? LogTail = null);
