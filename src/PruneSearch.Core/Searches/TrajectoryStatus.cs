using PruneSearch.Core.Stages;

namespace PruneSearch.Core.Searches;

/// <summary>How a trajectory stands. Its reports are not here: they come page by page, see <see cref="ReportPage"/>.</summary>
[GenerateSerializer, Alias("prunesearch.TrajectoryStatus")]
public sealed record TrajectoryStatus
{
    /// <summary>Its name within the search.</summary>
    [Id(0)]
    public required string Name { get; init; }

    /// <summary>How it gets to its level: at once, in iterations, or not at all.</summary>
    [Id(1)]
    public required ScheduleKind Schedule { get; init; }

    /// <summary>Target share of channels to remove.</summary>
    [Id(2)]
    public required double Ratio { get; init; }

    /// <summary>Whether the trajectory waits, runs, or ended, and how.</summary>
    [Id(3)]
    public required WorkState State { get; init; }

    /// <summary>Stages in all, the base included.</summary>
    [Id(4)]
    public required int Stages { get; init; }

    /// <summary>Finished stages, the base included.</summary>
    [Id(5)]
    public required int CompletedStages { get; init; }

    /// <summary>
    /// Progress of its next stage while that one runs. Of trajectories that share the stage, the first in plan order has it; the others wait for that one.
    /// </summary>
    [Id(6)]
    public StageProgress? Progress { get; init; }

    /// <summary>Which of its stages failed, and why, or why an attempt did; one line.</summary>
    [Id(7)]
    public string? Reason { get; init; }

    /// <summary>Attempts of the stage that it waits for: above 1 after a failure or a lost worker.</summary>
    [Id(8)]
    public int Attempts { get; init; }

    /// <summary>Last lines of the log of the worker where its stage failed.</summary>
    [Id(9)]
    public string? LogTail { get; init; }

    /// <summary>Its place in the plan, from 0.</summary>
    [Id(10)]
    public int Index { get; init; }

    /// <summary>Key of its first stage that has not finished; <see langword="null"/> when all have. Trajectories that share the stage have the same.</summary>
    [Id(11)]
    public StageKey? NextStage { get; init; }

    /// <summary>mAP at IoU 0.5 of its last finished stage, 0 to 1; <see langword="null"/> before the first.</summary>
    [Id(12)]
    public double? Map50 { get; init; }

    /// <summary>Mean time that its finished stages after the base took, in seconds; <see langword="null"/> before the first of them.</summary>
    [Id(13)]
    public double? SecondsPerStage { get; init; }

    /// <summary>Why it is not at work; <see langword="null"/> while it is, when it ended, and in the first moment after a start.</summary>
    [Id(14)]
    public WaitReason? Wait { get; init; }

    /// <summary>What its finished stages warned of. Of trajectories that share a stage, the first in plan order has its warnings.</summary>
    [Id(15)]
    public IReadOnlyList<StageWarning> Warnings { get; init; } = [];

    /// <summary>Why it is tried; <see langword="null"/> for what was known at launch.</summary>
    [Id(16)]
    public ProposalStatus? Proposal { get; init; }

    /// <summary>Name of the slot that runs its stage; <see langword="null"/> when none does, or another trajectory with that stage tells it.</summary>
    [Id(17)]
    public string? Worker { get; init; }
}

/// <summary>Something a user should know about a finished stage.</summary>
/// <param name="Iteration">The stage: 0 for the base, then 1, 2, …</param>
/// <param name="Text">What, in one line.</param>
[GenerateSerializer, Immutable, Alias("prunesearch.StageWarning")]
public sealed record StageWarning([property: Id(0)] int Iteration, [property: Id(1)] string Text);
