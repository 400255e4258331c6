using System.Runtime.CompilerServices;
using System.Text.Json;
using PruneSearch.Core;
using PruneSearch.Core.Files;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;

namespace PruneSearch.Connections;

/// <summary>Launches, follows, queries, resumes and cancels searches, in this process or in a cluster.</summary>
/// <param name="grains">The Orleans client of a cluster, or of the silo in this process.</param>
/// <param name="time">Paces <see cref="FollowAsync"/>; the system's clock by default.</param>
/// <param name="checkpoints">Where models lie; only <see cref="DownloadAsync"/> needs it.</param>
public sealed class SearchClient(IGrainFactory grains, TimeProvider? time = null, ICheckpointStore? checkpoints = null)
{
    private const int LaunchAttempts = 10;
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>The Orleans client that it asks.</summary>
    public IGrainFactory Grains => grains;

    /// <summary>
    /// Launches a search; it is safe when this returns. Launching the same plan again does nothing: so it is asked for again where a busy cluster did
    /// not answer in time.
    /// </summary>
    /// <exception cref="ArgumentException">The plan cannot run; the message says why.</exception>
    /// <exception cref="InvalidOperationException">There is another search with its identifier.</exception>
    public async Task LaunchAsync(SearchPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var plain = TravellingPlan.Of(plan);
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await Search(plan.Id).LaunchAsync(plain).ConfigureAwait(false);
                return;
            }
            catch (Exception e) when (attempt < LaunchAttempts && (e as ClusterException)?.InnerException is TimeoutException)
            {
                // The next one waits behind this one, if that is still being worked on.
            }
        }
    }

    /// <summary>All searches, oldest first.</summary>
    public async Task<IReadOnlyList<SearchSummary>> ListAsync()
    {
        var index = grains.GetGrain<ISearchIndexGrain>("all");
        var ids = await index.ListAsync().ConfigureAwait(false);
        var all = await Task.WhenAll(ids.Select(id => Search(id).GetSummaryAsync())).ConfigureAwait(false);
        foreach (var (id, _) in ids.Zip(all).Where(s => s.Second is null))
        {
            await index.UpdateAsync(id).ConfigureAwait(false); // it was deleted: the index forgets it
        }
        return [.. all.OfType<SearchSummary>()];
    }

    /// <summary>Every slot that was heard of lately, and what it does; by name.</summary>
    public Task<IReadOnlyList<SlotStatus>> WorkersAsync() => grains.GetGrain<IWorkersGrain>("all").ListAsync();

    /// <summary>Every silo, also those without a slot; by name.</summary>
    public Task<IReadOnlyList<SiloMember>> SilosAsync() => grains.GetGrain<ISilosGrain>("all").ListAsync();

    /// <summary>How the queue of a device class stands.</summary>
    /// <param name="deviceClass">The class, for example <c>cpu</c>.</param>
    /// <param name="limit">Largest number of its first stages that are named.</param>
    public Task<QueueStatus> QueueAsync(string deviceClass, int limit) => grains.GetGrain<IDispatcherGrain>(deviceClass).GetStatusAsync(limit);

    /// <summary>Has a slot end the stage that it has and take no new one, or take new ones again. It hears of it within seconds.</summary>
    /// <param name="worker">Name of the slot.</param>
    /// <param name="drained">Whether it shall take none.</param>
    /// <exception cref="KeyNotFoundException">No such slot was heard of lately.</exception>
    public async Task DrainAsync(string worker, bool drained)
    {
        if (!await grains.GetGrain<IWorkersGrain>("all").DrainAsync(worker, drained).ConfigureAwait(false))
        {
            throw new KeyNotFoundException($"There is no worker '{worker}'.");
        }
    }

    /// <summary>How a search stands, in a few numbers.</summary>
    /// <exception cref="KeyNotFoundException">There is no such search.</exception>
    public async Task<SearchSummary> SummaryAsync(string id) => await Search(id).GetSummaryAsync().ConfigureAwait(false) ?? throw Unknown(id);

    /// <summary>How a search and each of its trajectories stand.</summary>
    /// <exception cref="KeyNotFoundException">There is no such search.</exception>
    public Task<SearchStatus> StatusAsync(string id) => Watch(id).LookAsync();

    /// <summary>For looking again and again at one search: each look after the first one fetches only what changed.</summary>
    public SearchWatch Watch(string id) => new(Search(id), id);

    /// <summary>What a search does, as it was launched.</summary>
    /// <exception cref="KeyNotFoundException">There is no such search.</exception>
    public async Task<SearchPlan> PlanAsync(string id) => await Search(id).GetPlanAsync().ConfigureAwait(false) ?? throw Unknown(id);

    /// <summary>
    /// All reports so far, and which of them are on the frontier. They are fetched page by page, however many there are. With a device class, it is the
    /// models that were measured there so far, with their figures from there, and a frontier of its own.
    /// </summary>
    /// <param name="deviceClass">One of <see cref="SearchPlan.MeasureOn"/>; <see langword="null"/> for the slots that trained them.</param>
    /// <exception cref="KeyNotFoundException">There is no such search, or it does not measure there.</exception>
    public async Task<FrontierView> FrontierAsync(string id, string? deviceClass = null)
    {
        var figures = deviceClass is null ? null : await SearchFigures.ReadAsync(Search(id), id, deviceClass).ConfigureAwait(false);
        var points = new List<FrontierPoint>();
        var page = await ReportsAsync(id, 0).ConfigureAwait(false);
        for (points.AddRange(page.Points); page.Next < page.Total; points.AddRange(page.Points))
        {
            page = await ReportsAsync(id, page.Next).ConfigureAwait(false);
        }
        return FrontierPoints.View(page.SearchId, page.Name, page.Objectives, points, deviceClass, figures);
    }

    /// <summary>Hands in a measurement that was made where no worker of the cluster reaches.</summary>
    /// <param name="report">Its report, see <see cref="StageReport.Measures"/>.</param>
    /// <returns>Whether nobody had made it before.</returns>
    public Task<bool> SupplyAsync(StageReport report) => grains.GetGrain<IStageGrain>(report.Key).SupplyAsync(
        JsonSerializer.Deserialize<StageReport>(JsonSerializer.SerializeToUtf8Bytes(report, CoreJson.Canonical), CoreJson.Canonical)!); // as a plan is sent

    /// <summary>Some reports, in the order in which they came.</summary>
    /// <param name="after">Position of the first one: 0, or <see cref="ReportPage.Next"/> of the page before.</param>
    /// <param name="limit">Largest number of them, 1 to 500.</param>
    /// <exception cref="KeyNotFoundException">There is no such search.</exception>
    public async Task<ReportPage> ReportsAsync(string id, int after, int limit = ReportPage.Largest) =>
        await Search(id).GetReportsAsync(after, limit).ConfigureAwait(false) ?? throw Unknown(id);

    /// <summary>Every report of a search once, as they come, those that are there already first; ends when the search is over.</summary>
    /// <param name="interval">Time between two looks while nothing new came.</param>
    /// <param name="after">Position to begin at: 0, or where an earlier follower stopped.</param>
    /// <param name="cancellation">Stops following; the search goes on.</param>
    /// <exception cref="KeyNotFoundException">There is no such search.</exception>
    public async IAsyncEnumerable<FrontierPoint> FollowReportsAsync(
        string id, TimeSpan interval, int after = 0, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        while (true)
        {
            var page = await ReportsAsync(id, after).ConfigureAwait(false);
            foreach (var point in page.Points)
            {
                yield return point;
            }
            after = page.Next;
            if (after >= page.Total)
            {
                if (page.State.IsOver())
                {
                    yield break;
                }
                await Task.Delay(interval, _time, cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Goes on after an interruption or a cancellation; finished stages are not run again.</summary>
    /// <param name="retryFailed">Whether failed stages are tried again.</param>
    /// <exception cref="KeyNotFoundException">There is no such search.</exception>
    public Task ResumeAsync(string id, bool retryFailed = false) => Search(id).ResumeAsync(retryFailed);

    /// <summary>Goes on with a larger budget, from where the search stopped, also when it was over.</summary>
    /// <param name="budget">
    /// The whole budget from now on: <see cref="GrowthStatus.Budget"/> of its status <see cref="BudgetSettings.Plus"/> more. Saying it twice changes nothing.
    /// </param>
    /// <exception cref="KeyNotFoundException">There is no such search.</exception>
    /// <exception cref="InvalidOperationException">The search does not grow: everything that it tries was known at launch.</exception>
    public Task ExtendAsync(string id, BudgetSettings budget) => Search(id).ExtendAsync(budget);

    /// <summary>Gives a search another priority or share of the slots; it counts from the next slot that becomes free, a second later or so.</summary>
    /// <exception cref="KeyNotFoundException">There is no such search.</exception>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    public Task PrioritiseAsync(string id, SlotSettings slots) => Search(id).PrioritiseAsync(slots);

    /// <summary>Stops a search; stages that another search wants go on. Cancelling one that ended does nothing.</summary>
    /// <exception cref="KeyNotFoundException">There is no such search.</exception>
    public Task CancelAsync(string id, string reason) => Search(id).CancelAsync(reason);

    /// <summary>Forgets a search that is over or cancelled. Its stages stay: see <see cref="Cleaning.StoreCleaning"/>.</summary>
    /// <exception cref="InvalidOperationException">It is at work.</exception>
    public Task DeleteAsync(string id) => Search(id).DeleteAsync();

    /// <summary>The report of a stage was deleted from the checkpoints: nobody shall remember it.</summary>
    public Task ForgetStageAsync(StageKey stage) => grains.GetGrain<IStageGrain>(stage).ForgetAsync();

    /// <summary>How a search stands, again and again, until it ended; the last one is its end.</summary>
    /// <param name="interval">Time between two answers.</param>
    /// <param name="cancellation">Stops following; the search goes on.</param>
    /// <exception cref="KeyNotFoundException">There is no such search.</exception>
    public async IAsyncEnumerable<SearchStatus> FollowAsync(string id, TimeSpan interval, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var watch = Watch(id);
        while (true)
        {
            var status = await watch.LookAsync().ConfigureAwait(false);
            yield return status;
            if (status.State.IsOver())
            {
                yield break;
            }
            await Task.Delay(interval, _time, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Copies the exported model of a stage (<see cref="StageReport.Key"/> of a frontier's point) to a file, all of it or nothing.
    /// </summary>
    /// <param name="path">The file; it is replaced when it is there.</param>
    /// <exception cref="FileNotFoundException">There is no such stage, it has not finished, or its model was deleted. What stands at <paramref name="path"/>
    /// stays.</exception>
    /// <exception cref="IOException">The checkpoints cannot be read or the file cannot be written.</exception>
    /// <exception cref="InvalidOperationException">The client does not know where the checkpoints are.</exception>
    public async Task DownloadAsync(StageKey stageKey, string path, CancellationToken cancellation = default)
    {
        var store = checkpoints ?? throw new InvalidOperationException("Where the checkpoints are is not known, expected them in the address of the cluster.");
        var source = await OpenModelAsync(store, stageKey, cancellation).ConfigureAwait(false);
        await using (source.ConfigureAwait(false))
        {
            await AtomicFile.WriteAsync(path, source.CopyToAsync, cancellation).ConfigureAwait(false);
        }
    }

    private static async Task<Stream> OpenModelAsync(ICheckpointStore store, StageKey stageKey, CancellationToken cancellation)
    {
        try
        {
            return await store.OpenReadAsync(CheckpointNames.Onnx(stageKey), cancellation).ConfigureAwait(false);
        }
        catch (FileNotFoundException e)
        {
            throw new FileNotFoundException($"There is no model of a stage '{stageKey}', expected the key of a finished stage, as the points of a " +
                "frontier have it.", e);
        }
    }

    private ISearchGrain Search(string id) => grains.GetGrain<ISearchGrain>(id);

    private static KeyNotFoundException Unknown(string id) => new($"There is no search '{id}'.");
}
