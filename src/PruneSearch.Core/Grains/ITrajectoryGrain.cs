using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Core.Grains;

/// <summary>Walks one trajectory of a search; its key is <c>searchId/trajectoryName</c>.</summary>
[Alias("prunesearch.ITrajectoryGrain")]
public interface ITrajectoryGrain : IGrainWithStringKey
{
    /// <summary>Starts, or goes on where it stopped. Calling it again is harmless.</summary>
    /// <param name="searchId">The search.</param>
    /// <param name="deviceClass">Device class whose slots run it.</param>
    /// <param name="plan">Its stages.</param>
    /// <param name="retryFailed">Whether a failed stage is tried again, once.</param>
    /// <param name="traceParent">W3C trace context of the search, or <see langword="null"/>.</param>
    [Alias("Start")]
    Task StartAsync(string searchId, string deviceClass, TrajectoryPlan plan, bool retryFailed, string? traceParent);

    /// <summary>Stops and lets go of the stage that it waits for.</summary>
    /// <param name="missingKeys">Keys of its stages that did not finish, in case it forgot which one it waits for.</param>
    [Alias("Cancel")]
    Task CancelAsync(IReadOnlyList<string> missingKeys);

    /// <summary>How it stands.</summary>
    /// <param name="knownReports">The caller has that many of its first reports; they are left out.</param>
    [Alias("Status")]
    Task<TrajectoryStatus> GetStatusAsync(int knownReports);

    /// <summary>From a stage that it waits for: it completed. Repeating it is harmless.</summary>
    [Alias("StageCompleted")]
    Task StageCompletedAsync(string stageKey, StageReport report);

    /// <summary>From a stage that it waits for: it failed for good.</summary>
    [Alias("StageFailed")]
    Task StageFailedAsync(string stageKey, string reason, string? logTail);
}
