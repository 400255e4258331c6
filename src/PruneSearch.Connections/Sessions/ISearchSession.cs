using PruneSearch.Core.Grains;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;

namespace PruneSearch.Connections.Sessions;

/// <summary>An open home or cluster: the searches in it and, if asked for, a slot that works on them until the session is disposed.</summary>
public interface ISearchSession : IAsyncDisposable
{
    /// <summary>Where inputs and results lie.</summary>
    /// <exception cref="Connections.Configuration.SettingsException">Nobody said where the checkpoints of the cluster are.</exception>
    ICheckpointStore Checkpoints { get; }

    /// <summary>The Orleans client of whoever answers at the moment, for tools of Orleans; <see langword="null"/> while nobody was asked.</summary>
    IGrainFactory? Grains { get; }

    /// <summary>Launches a search; launching the same plan again does nothing.</summary>
    Task LaunchAsync(SearchPlan plan);

    /// <summary>All searches, oldest first.</summary>
    Task<IReadOnlyList<SearchSummary>> ListAsync();

    /// <summary>How a search stands, in a few numbers.</summary>
    /// <exception cref="KeyNotFoundException">There is no such search.</exception>
    Task<SearchSummary> SummaryAsync(string id);

    /// <summary>How a search stands. Asking again is cheap: only what changed is fetched, and what did not is the same object.</summary>
    /// <param name="lost">Told when nobody answers; with it, it is asked again until somebody does.</param>
    /// <exception cref="KeyNotFoundException">There is no such search.</exception>
    /// <exception cref="StuckStageException">The slot of this process works on a stage that hangs and does not stop.</exception>
    Task<SearchStatus> StatusAsync(string id, Action<Exception>? lost = null);

    /// <summary>What a search does.</summary>
    /// <exception cref="KeyNotFoundException">There is no such search.</exception>
    Task<SearchPlan> PlanAsync(string id);

    /// <summary>Some of its reports, in the order in which they came.</summary>
    /// <param name="after">Position of the first one: 0, or <see cref="ReportPage.Next"/> of the page before.</param>
    /// <param name="limit">Largest number of them, 1 to 500.</param>
    /// <exception cref="KeyNotFoundException">There is no such search.</exception>
    Task<ReportPage> ReportsAsync(string id, int after, int limit);

    /// <summary>All reports that there are by now; with a device class those whose models were measured there, as they are there.</summary>
    /// <exception cref="KeyNotFoundException">There is no such search, or it does not measure there.</exception>
    Task<FrontierView> FrontierAsync(string id, string? deviceClass = null);

    /// <summary>Hands in a measurement that was made where no worker of the cluster reaches.</summary>
    /// <returns>Whether nobody had made it before.</returns>
    Task<bool> SupplyAsync(StageReport report);

    /// <summary>Goes on with an interrupted search.</summary>
    /// <exception cref="KeyNotFoundException">There is no such search.</exception>
    Task ResumeAsync(string id, bool retryFailed);

    /// <summary>Goes on with more to spend, also when the search was over.</summary>
    /// <param name="more">What it may spend beyond its present budget.</param>
    /// <exception cref="KeyNotFoundException">There is no such search.</exception>
    /// <exception cref="InvalidOperationException">The search has no budget: everything that it tries was known at launch.</exception>
    Task ExtendAsync(string id, BudgetSettings more);

    /// <summary>Gives a search another priority or share of the slots.</summary>
    /// <exception cref="KeyNotFoundException">There is no such search.</exception>
    Task PrioritiseAsync(string id, SlotSettings slots);

    /// <summary>Every slot that was heard of lately, and what it does.</summary>
    Task<IReadOnlyList<SlotStatus>> WorkersAsync();

    /// <summary>Every silo, also those without a slot; by name.</summary>
    Task<IReadOnlyList<SiloMember>> SilosAsync();

    /// <summary>How the queue of a device class stands.</summary>
    /// <param name="deviceClass">The class, for example <c>cpu</c>.</param>
    /// <param name="limit">Largest number of its first stages that are named.</param>
    Task<QueueStatus> QueueAsync(string deviceClass, int limit);

    /// <summary>Has a slot take no new stage, or take stages again.</summary>
    /// <exception cref="KeyNotFoundException">No such slot was heard of lately.</exception>
    Task DrainAsync(string worker, bool drained);

    /// <summary>Forgets a search that is over or cancelled; its stages stay.</summary>
    /// <exception cref="InvalidOperationException">It is at work.</exception>
    Task DeleteAsync(string id);

    /// <summary>The report of a stage was deleted from the checkpoints: nobody shall remember it.</summary>
    Task ForgetStageAsync(StageKey stage);

    /// <summary>Stops a search until somebody resumes it; stages that another search wants go on.</summary>
    /// <exception cref="KeyNotFoundException">There is no such search.</exception>
    Task CancelAsync(string id, string reason);
}
