using Orleans.CodeGeneration;
using Orleans.Concurrency;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Core.Grains;

/// <summary>
/// The coordinator of one search; its key is the search's identifier. Questions are answered while it is busy: what it knows between two steps of
/// what it does is sound.
/// </summary>
[Alias("prunesearch.ISearchGrain"), Version(2)]
public interface ISearchGrain : IGrainWithStringKey
{
    /// <summary>Persists the plan and starts. Launching the same plan again does nothing.</summary>
    [Alias("Launch"), AllowedTo(Callers.Operators)]
    Task LaunchAsync(SearchPlan plan);

    /// <summary>Goes on after an interruption. Finished stages answer at once.</summary>
    /// <param name="retryFailed">Whether failed stages are tried again.</param>
    [Alias("Resume"), AllowedTo(Callers.Operators)]
    Task ResumeAsync(bool retryFailed);

    /// <summary>Raises the budget of a search that grows and goes on with it, also when it was over. Repeating it is harmless.</summary>
    /// <param name="budget">The whole budget from now on; a limit that is not above the present one changes nothing.</param>
    /// <exception cref="InvalidOperationException">The search does not grow: everything that it tries was known at launch.</exception>
    [Alias("Extend"), AllowedTo(Callers.Operators)]
    Task ExtendAsync(BudgetSettings budget);

    /// <summary>Gives it another priority or share of the slots. Stages that run are not taken away from anybody.</summary>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    [Alias("Prioritise"), AllowedTo(Callers.Operators)]
    Task PrioritiseAsync(SlotSettings slots);

    /// <summary>Stops; stages that no other search wants give up their slots.</summary>
    [Alias("Cancel"), AllowedTo(Callers.Operators)]
    Task CancelAsync(string reason);

    /// <summary>Forgets a search that is not at work. Its stages stay. Repeating it is harmless.</summary>
    /// <exception cref="InvalidOperationException">It is at work.</exception>
    [Alias("Delete"), AllowedTo(Callers.Operators)]
    Task DeleteAsync();

    /// <summary>Goes on when it should be running and nobody is at work on it: its silo died. Does nothing otherwise.</summary>
    [Alias("Wake"), AllowedTo(Callers.Silos)]
    Task WakeAsync();

    /// <summary>What changed since somebody looked last; <see langword="null"/> when there is no such search.</summary>
    /// <param name="after">Where the page before said; the default shows everything.</param>
    /// <param name="limit">Largest number of trajectories, 1 to 500.</param>
    [Alias("Status"), AllowedTo(Callers.Viewers), AlwaysInterleave]
    Task<StatusPage?> GetStatusAsync(StatusPosition after, int limit);

    /// <summary>How it stands, in a few numbers; <see langword="null"/> when there is no such search.</summary>
    [Alias("Summary"), AllowedTo(Callers.Viewers), AlwaysInterleave]
    Task<SearchSummary?> GetSummaryAsync();

    /// <summary>What it does, with what it proposed so far where it grows; <see langword="null"/> when there is no such search.</summary>
    [Alias("Plan"), AllowedTo(Callers.Viewers), AlwaysInterleave]
    Task<SearchPlan?> GetPlanAsync();

    /// <summary>Finished stages in the order in which they came; <see langword="null"/> when there is no such search.</summary>
    /// <param name="after">Position of the first one: 0, or where the page before said.</param>
    /// <param name="limit">Largest number of them, 1 to 500.</param>
    [Alias("Reports"), AllowedTo(Callers.Viewers), AlwaysInterleave]
    Task<ReportPage?> GetReportsAsync(int after, int limit);

    /// <summary>
    /// What was measured on the device classes of its plan, in the order in which it came; <see langword="null"/> when there is no such search.
    /// </summary>
    /// <param name="after">Position of the first one: 0, or where the page before said.</param>
    /// <param name="limit">Largest number of them, 1 to 500.</param>
    [Alias("Figures"), AllowedTo(Callers.Viewers), AlwaysInterleave]
    Task<FigurePage?> GetFiguresAsync(int after, int limit);

    /// <summary>A stage finished. Nobody's word is taken for it: its report is read from the checkpoint store. Repeating it is harmless.</summary>
    /// <param name="stageKey">The stage; one that the search does not have is ignored.</param>
    [Alias("StageFinished"), AllowedTo(Callers.Silos)]
    Task ReportAsync(StageKey stageKey);

    /// <summary>A trajectory failed for good: it is asked how it stands. Repeating it is harmless.</summary>
    /// <param name="trajectory">Its name; one that the search does not have is ignored.</param>
    [Alias("TrajectoryEnded"), AllowedTo(Callers.Silos)]
    Task TrajectoryFailedAsync(string trajectory);

    /// <summary>What a trajectory is to do; <see langword="null"/> when there is no such search or trajectory.</summary>
    [Alias("Trajectory"), AllowedTo(Callers.Silos), AlwaysInterleave]
    Task<TrajectoryOrder?> GetTrajectoryAsync(string trajectory);

    /// <summary>Its state as it is persisted; <see langword="null"/> when there is no such search.</summary>
    [Alias("State"), AllowedTo(Callers.Silos), AlwaysInterleave]
    Task<WorkState?> GetStateAsync();
}

/// <summary>What a trajectory is to do.</summary>
/// <param name="DeviceClass">Device class whose slots run it.</param>
/// <param name="Plan">Its stages.</param>
/// <param name="TraceParent">W3C trace context of the search, or <see langword="null"/>.</param>
[GenerateSerializer, Alias("prunesearch.TrajectoryOrder")]
public sealed record TrajectoryOrder([property: Id(0)] string DeviceClass, [property: Id(1)] TrajectoryPlan Plan, [property: Id(2)] string? TraceParent);

/// <summary>Knows all searches of a store; its key is always <c>all</c>.</summary>
[Alias("prunesearch.ISearchIndexGrain")]
public interface ISearchIndexGrain : IGrainWithStringKey
{
    /// <summary>A search came, changed its state or went: it is asked, and listed as it says. One that does not exist is listed no more.</summary>
    [Alias("Update"), AllowedTo(Callers.Silos)]
    Task UpdateAsync(string searchId);

    /// <summary>Wakes every search that has not ended; it does not wait until they are awake.</summary>
    [Alias("Wake"), AllowedTo(Callers.Silos)]
    Task WakeAsync();

    /// <summary>All identifiers, oldest first.</summary>
    [Alias("List"), AllowedTo(Callers.Viewers), AlwaysInterleave]
    Task<IReadOnlyList<string>> ListAsync();
}
