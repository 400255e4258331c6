using PruneSearch.Core.Grains;
using PruneSearch.Core.Growth;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Progress;

/// <summary>What a coordinator knows of one trajectory.</summary>
/// <param name="index">Its place in the search, from 0.</param>
/// <param name="stages">Its stages, which it shares with others.</param>
internal sealed class TrajectoryState(TrajectoryPlan plan, int index, StageState[] stages)
{
    public TrajectoryPlan Plan => plan;

    public int Index => index;

    public string Name => plan.Name;

    /// <summary>Why it is tried; <see langword="null"/> for what was known at launch.</summary>
    public ProposedTrajectory? Proposed { get; init; }

    public IReadOnlyList<StageState> Stages => stages;

    /// <summary>Stages that did not finish.</summary>
    public int Missing { get; set; } = stages.Length;

    public bool IsComplete => Missing == 0;

    /// <summary>How it ended without completing; <see langword="null"/> while it may go on.</summary>
    public TrajectoryEnd? End { get; set; }

    public bool IsUnfinished => !IsComplete && End is null;

    /// <summary>How it stood when it was heard of last, unless it ended.</summary>
    public Standing? Live { get; set; }

    /// <summary>Why it waits; <see langword="null"/> when it does not or nobody knows yet.</summary>
    public WaitReason? Wait { get; set; }

    /// <summary>Reports of its stages before the first one that did not finish.</summary>
    public IEnumerable<StageReport> Reports => stages.Select(s => s.Report).TakeWhile(r => r is not null)!;

    public int Known => Reports.Count();

    /// <summary>Its first stage that did not finish; <see langword="null"/> when all did.</summary>
    public StageState? Next => stages.FirstOrDefault(s => s.Report is null);

    /// <summary>Keys of its stages that did not finish.</summary>
    public IReadOnlyList<StageKey> MissingKeys => [.. stages.Where(s => s.Report is null).Select(s => s.Key)];

    /// <summary>Whether it is unfinished and the first one that has its next stage: it shows how the stage stands.</summary>
    public bool IsFirst => Next?.First == this;
}

/// <summary>What a coordinator knows of one stage, however many trajectories have it.</summary>
internal sealed class StageState(StageKey key)
{
    public StageKey Key => key;

    public StageReport? Report { get; set; }

    /// <summary>The trajectories that have it, in the order of the search.</summary>
    public List<TrajectoryState> Users { get; } = [];

    public TrajectoryState First => Users[0];
}

/// <summary>How an unfinished trajectory stands.</summary>
/// <param name="Progress">Progress of its stage when that one runs.</param>
/// <param name="Reason">Why its stage's last attempt did not succeed.</param>
/// <param name="Worker">The slot that runs it.</param>
internal sealed record Standing(WorkState State, StageProgress? Progress, string? Reason, int Attempts, string? Worker = null)
{
    /// <summary>Of a trajectory that waits for another one's stage.</summary>
    public static readonly Standing Waiting = new(WorkState.Waiting, null, null, 0);
}
