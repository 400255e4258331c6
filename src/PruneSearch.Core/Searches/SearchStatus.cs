using PruneSearch.Core.Stages;

namespace PruneSearch.Core.Searches;

/// <summary>State of a search, a trajectory or a stage.</summary>
public enum WorkState
{
    /// <summary>Not started.</summary>
    Waiting,

    /// <summary>At work.</summary>
    Running,

    /// <summary>Finished.</summary>
    Completed,

    /// <summary>Ended with a reason; what others need goes on.</summary>
    Failed,

    /// <summary>Stopped by the user.</summary>
    Cancelled,

    /// <summary>Finished, but a part of it failed. Only of a search.</summary>
    CompletedWithFailures,
}

/// <summary>What states mean.</summary>
public static class WorkStates
{
    /// <summary>Whether nothing happens any more unless the user asks for it.</summary>
    public static bool IsOver(this WorkState state) => state is WorkState.Completed or WorkState.CompletedWithFailures or WorkState.Failed or WorkState.Cancelled;
}

/// <summary>How a search stands.</summary>
[GenerateSerializer, Alias("prunesearch.SearchStatus")]
public sealed record SearchStatus
{
    /// <summary>Its identifier.</summary>
    [Id(0)]
    public required string Id { get; init; }

    /// <summary>The user's name for it.</summary>
    [Id(1)]
    public required string Name { get; init; }

    /// <summary>Completed with failures when some trajectories failed, failed when none got beyond the base; waiting when it was interrupted and nobody has resumed it.</summary>
    [Id(2)]
    public required WorkState State { get; init; }

    /// <summary>When it was launched.</summary>
    [Id(3)]
    public required DateTimeOffset Created { get; init; }

    /// <summary>One a trajectory, in plan order.</summary>
    [Id(4)]
    public required IReadOnlyList<TrajectoryStatus> Trajectories { get; init; }

    /// <summary>Why it failed, was cancelled or waits.</summary>
    [Id(5)]
    public string? Reason { get; init; }
}

/// <summary>How a trajectory stands.</summary>
[GenerateSerializer, Alias("prunesearch.TrajectoryStatus")]
public sealed record TrajectoryStatus
{
    /// <summary>Its name within the search.</summary>
    [Id(0)]
    public required string Name { get; init; }

    /// <summary>Its schedule.</summary>
    [Id(1)]
    public required ScheduleKind Schedule { get; init; }

    /// <summary>Target share of channels to remove.</summary>
    [Id(2)]
    public required double Ratio { get; init; }

    /// <summary>State.</summary>
    [Id(3)]
    public required WorkState State { get; init; }

    /// <summary>Stages in all, the base included.</summary>
    [Id(4)]
    public required int Stages { get; init; }

    /// <summary>Reports of its finished stages, in order.</summary>
    [Id(5)]
    public required IReadOnlyList<StageReport> Reports { get; init; }

    /// <summary>Progress of the stage that it waits for, when that one runs.</summary>
    [Id(6)]
    public StageProgress? Progress { get; init; }

    /// <summary>Why it failed.</summary>
    [Id(7)]
    public string? Reason { get; init; }

    /// <summary>Attempts of the stage that it waits for: above 1 after a failure or a lost worker.</summary>
    [Id(8)]
    public int Attempts { get; init; }

    /// <summary>Last lines of the log of the worker where its stage failed.</summary>
    [Id(9)]
    public string? LogTail { get; init; }
}
