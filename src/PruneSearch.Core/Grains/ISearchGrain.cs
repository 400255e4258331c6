using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Core.Grains;

/// <summary>The coordinator of one search; its key is the search's identifier.</summary>
[Alias("prunesearch.ISearchGrain")]
public interface ISearchGrain : IGrainWithStringKey
{
    /// <summary>Persists the plan and starts. Launching the same plan again does nothing.</summary>
    [Alias("Launch")]
    Task LaunchAsync(SearchPlan plan);

    /// <summary>Goes on after an interruption. Finished stages answer at once.</summary>
    /// <param name="retryFailed">Whether failed stages are tried again.</param>
    [Alias("Resume")]
    Task ResumeAsync(bool retryFailed);

    /// <summary>Stops; stages that no other search wants give up their slots.</summary>
    [Alias("Cancel")]
    Task CancelAsync(string reason);

    /// <summary>Goes on when it should be running and nobody is at work on it: its silo died. Does nothing otherwise.</summary>
    [Alias("Wake")]
    Task WakeAsync();

    /// <summary>What changed since somebody looked last; <see langword="null"/> when there is no such search.</summary>
    /// <param name="after">Where the page before said; the default shows everything.</param>
    /// <param name="limit">Largest number of trajectories, 1 to 500.</param>
    [Alias("Status")]
    Task<StatusPage?> GetStatusAsync(StatusPosition after, int limit);

    /// <summary>How it stands, in a few numbers; <see langword="null"/> when there is no such search.</summary>
    [Alias("Summary")]
    Task<SearchSummary?> GetSummaryAsync();

    /// <summary>What it does, as it was launched; <see langword="null"/> when there is no such search.</summary>
    [Alias("Plan")]
    Task<SearchPlan?> GetPlanAsync();

    /// <summary>Finished stages in the order in which they came; <see langword="null"/> when there is no such search.</summary>
    /// <param name="after">Position of the first one: 0, or where the page before said.</param>
    /// <param name="limit">Largest number of them, 1 to 500.</param>
    [Alias("Reports")]
    Task<ReportPage?> GetReportsAsync(int after, int limit);

    /// <summary>From a trajectory: one of its stages finished. Repeating it is harmless.</summary>
    [Alias("Report")]
    Task ReportAsync(string trajectory, int iteration, StageReport report);

    /// <summary>From a trajectory: one of its stages failed for good.</summary>
    [Alias("TrajectoryFailed")]
    Task TrajectoryFailedAsync(string trajectory, string? reason, string? logTail);
}

/// <summary>Knows all searches of a store; its key is always <c>all</c>.</summary>
[Alias("prunesearch.ISearchIndexGrain")]
public interface ISearchIndexGrain : IGrainWithStringKey
{
    /// <summary>Adds a search, as one that runs; adding it again does nothing.</summary>
    [Alias("Add")]
    Task AddAsync(string searchId);

    /// <summary>A search ended, or runs again.</summary>
    [Alias("SetRunning")]
    Task SetRunningAsync(string searchId, bool running);

    /// <summary>Wakes every search that has not ended; it does not wait until they are awake.</summary>
    [Alias("Wake")]
    Task WakeAsync();

    /// <summary>All identifiers, oldest first.</summary>
    [Alias("List")]
    Task<IReadOnlyList<string>> ListAsync();
}
