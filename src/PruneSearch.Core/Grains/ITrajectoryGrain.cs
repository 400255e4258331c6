using Orleans.Concurrency;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Core.Grains;

/// <summary>Walks one trajectory of a search; its key is <c>searchId/trajectoryName</c>.</summary>
[Alias("prunesearch.ITrajectoryGrain")]
public interface ITrajectoryGrain : IGrainWithStringKey
{
    /// <summary>Starts, or goes on where it stopped. What to do it asks its search. Calling it again is harmless.</summary>
    /// <param name="retryFailed">Whether a failed stage is tried again, once.</param>
    /// <exception cref="KeyNotFoundException">There is no such search or trajectory.</exception>
    [Alias("Begin"), AllowedTo(Callers.Silos)]
    Task StartAsync(bool retryFailed);

    /// <summary>Stops and lets go of the stage that it waits for.</summary>
    /// <param name="missingKeys">Keys of its stages that did not finish, in case it forgot which one it waits for.</param>
    [Alias("Cancel"), AllowedTo(Callers.Silos)]
    Task CancelAsync(IReadOnlyList<StageKey> missingKeys);

    /// <summary>How the trajectory stands, with reports that the caller does not know yet.</summary>
    /// <param name="knownReports">The caller has that many of its first reports; they are left out.</param>
    [Alias("Status"), AllowedTo(Callers.Silos)]
    Task<TrajectoryNews> GetStatusAsync(int knownReports);

    /// <summary>Whether a stage is the one that it waits for.</summary>
    [Alias("WaitsFor"), AllowedTo(Callers.Silos), AlwaysInterleave]
    Task<bool> WaitsForAsync(StageKey stageKey);

    /// <summary>A stage that it waits for completed or failed for good: it is asked how it stands. Repeating it is harmless.</summary>
    [Alias("StageEnded"), AllowedTo(Callers.Silos)]
    Task StageEndedAsync(StageKey stageKey);
}

/// <summary>What a trajectory tells its coordinator.</summary>
[GenerateSerializer, Alias("prunesearch.TrajectoryNews")]
public sealed record TrajectoryNews
{
    /// <summary>State; waiting also when it was not started, or lost its memory with its silo.</summary>
    [Id(0)]
    public required WorkState State { get; init; }

    /// <summary>Whether it knows its plan.</summary>
    [Id(1)]
    public required bool IsStarted { get; init; }

    /// <summary>Reports of its finished stages, in order, without those that the coordinator knows.</summary>
    [Id(2)]
    public IReadOnlyList<StageReport> Reports { get; init; } = [];

    /// <summary>Progress of the stage that it waits for, when that one runs.</summary>
    [Id(3)]
    public StageProgress? Progress { get; init; }

    /// <summary>Which of its stages failed, and why; one line.</summary>
    [Id(4)]
    public string? Reason { get; init; }

    /// <summary>Attempts of the stage that it waits for.</summary>
    [Id(5)]
    public int Attempts { get; init; }

    /// <summary>Last lines of the log of the worker where its stage failed.</summary>
    [Id(6)]
    public string? LogTail { get; init; }

    /// <summary>The worker that has the stage that it waits for, when that one runs.</summary>
    [Id(7)]
    public string? Worker { get; init; }
}
