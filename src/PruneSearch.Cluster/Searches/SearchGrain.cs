using Microsoft.Extensions.Logging;
using Orleans.Storage;
using PruneSearch.Cluster.Observability;
using PruneSearch.Cluster.Placement;
using PruneSearch.Cluster.Recovery;
using PruneSearch.Cluster.Trajectories;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;

namespace PruneSearch.Cluster.Searches;

/// <summary>
/// The coordinator of one search. Its plan is persisted, and what the progress store says; which stages are complete, the checkpoint
/// store knows. While it is at work a timer asks the unfinished trajectories in turn, a bounded number at a time, so that no
/// lost message matters, however many trajectories there are.
/// </summary>
[PreferControl]
internal sealed class SearchGrain(
    [PersistentState("search")] IPersistentState<SearchRecord> record,
    [PersistentState("progress")] IPersistentState<SearchProgress> progress,
    ICheckpointStore store,
    ClusterTimings timings,
    RecoveryPolicy recovery,
    ILogger<SearchGrain> logger) : Grain, ISearchGrain, IRemindable
{
    private const string LeftBehind = "was launched by an earlier version of PruneSearch and cannot be read: run its file again";

    private readonly SearchProgressStore _progress = new(progress);
    private OpenSearch? _search;
    private IGrainTimer? _poll;

    private WakeRegistration Wake => field ??= new WakeRegistration(this, GrainFactory, Id, recovery.ByItself, logger);

    private OpenSearch Search => Known ?? throw new KeyNotFoundException($"There is no search '{Id}'.");

    private OpenSearch? Known => record.State.Plan is { IsOfThisVersion: false } ? throw new ClusterException($"Search '{Id}' {LeftBehind}.") : _search;

    private bool IsDriven => _poll is not null;

    private string Id => this.GetPrimaryKeyString();

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (record.State.Plan is { IsOfThisVersion: true } plan)
        {
            _search = await OpenAsync(plan);
        }
    }

    public async Task LaunchAsync(SearchPlan plan)
    {
        SearchPlanValidator.Require(plan, Id);
        if (record.State.Plan is { } old)
        {
            _ = Known;
            SearchPlanValidator.RequireSame(old, plan);
            await Wake.ListAsync(); // the launch before may have got no further than the plan
        }
        else
        {
            await Wake.RemindAsync(); // first: then a search whose plan is saved is not forgotten, whatever follows
            await SavePlanAsync(plan);
            await Wake.ListAsync();
        }
        if (_search is null)
        {
            _search = await OpenAsync(plan);
            await DriveAsync(_search, retryFailed: false);
        }
    }

    public async Task ResumeAsync(bool retryFailed)
    {
        var search = Search;
        if (await _progress.ResumeAsync(retryFailed))
        {
            search.Rest();
            await Wake.ListAsync();
            await DriveAsync(search, retryFailed);
        }
    }

    public Task ExtendAsync(BudgetSettings budget) => Search.ExtendAsync(budget);

    public async Task CancelAsync(string reason)
    {
        var search = Search;
        if (_progress.IsRunning)
        {
            await _progress.EndAsync(WorkState.Cancelled, reason);
            StopPolling();
            await search.CancelAsync();
            await Wake.StopAsync();
        }
    }

    public async Task WakeAsync()
    {
        if (recovery.ByItself && (_search is null || !_progress.IsRunning))
        {
            await Wake.StopAsync();
        }
        else if (recovery.ByItself && !IsDriven)
        {
            await DriveAsync(Search, retryFailed: false);
            await Wake.ListAsync();
        }
    }

    public Task ReceiveReminder(string reminderName, TickStatus status) => WakeAsync();

    public Task<StatusPage?> GetStatusAsync(StatusPosition after, int limit) => Task.FromResult(Known?.Page(after, limit, IsDriven));

    public Task<SearchPlan?> GetPlanAsync() => Task.FromResult(Known?.Plan);

    public Task<SearchSummary?> GetSummaryAsync() =>
        Task.FromResult(record.State.Plan is { IsOfThisVersion: false } old ? StatusProjection.LeftBehind(old, LeftBehind) : _search?.Summary(IsDriven));

    public Task<ReportPage?> GetReportsAsync(int after, int limit) => Task.FromResult(Known?.Reports(after, limit, IsDriven));

    public Task<TrajectoryOrder?> GetTrajectoryAsync(string trajectory) =>
        Task.FromResult(Known is { } search && search.Find(trajectory) is { } plan
            ? new TrajectoryOrder(search.Plan.DeviceClass, plan, record.State.TraceParent) : null);

    public Task<WorkState?> GetStateAsync() => Task.FromResult<WorkState?>(record.State.Plan switch
    {
        null => null,
        { IsOfThisVersion: false } => WorkState.Failed,
        _ => _progress.State,
    });

    public async Task ReportAsync(StageKey stageKey)
    {
        if (_search is { } search && await search.ReadReportAsync(stageKey, flush: !IsDriven))
        {
            await SaveAsync(search); // it may have been the last one
        }
    }

    public async Task TrajectoryFailedAsync(string trajectory)
    {
        if (_search is { } search && IsDriven)
        {
            await search.AskAsync(trajectory);
            await SaveAsync(search);
        }
    }

    private async Task PollAsync(OpenSearch search)
    {
        try
        {
            await search.PollAsync();
            await SaveAsync(search);
            search.Measure();
        }
        catch (InconsistentStateException)
        {
            DeactivateOnIdle(); // another activation of this search wrote: it drives
        }
        catch (Exception e)
        {
            Log.PollFailed(logger, e, Id);
        }
    }

    private async Task SaveAsync(OpenSearch search)
    {
        if (!IsDriven || !_progress.IsRunning)
        {
            return;
        }
        if (!search.IsOver)
        {
            await _progress.SaveAsync();
            return;
        }
        await search.FlushAsync(); // who follows the reports has all of them when the search is over
        var (state, reason) = search.Outcome();
        await _progress.EndAsync(state, reason);
        Log.SearchEnded(logger, Id, state.ToString());
        search.Measure();
        StopPolling();
        search.Rest();
        await Wake.StopAsync();
    }

    private async Task DriveAsync(OpenSearch search, bool retryFailed)
    {
        search.Restart(retryFailed);
        if (!IsDriven)
        {
            Log.SearchDriven(logger, Id);
            _poll = this.RegisterGrainTimer(_ => PollAsync(search), new GrainTimerCreationOptions(TimeSpan.Zero, timings.Poll) { KeepAlive = true });
            await Wake.RemindAsync();
        }
    }

    private void StopPolling()
    {
        _poll?.Dispose();
        _poll = null;
    }

    private async Task SavePlanAsync(SearchPlan plan)
    {
        await _progress.BeginAsync();
        record.State = new SearchRecord { Plan = plan, TraceParent = SearchTrace.Begin(plan.Id) };
        try
        {
            await record.WriteStateAsync();
        }
        catch
        {
            record.State = new SearchRecord();
            throw;
        }
    }

    private Task<OpenSearch> OpenAsync(SearchPlan plan) =>
        OpenSearch.OpenAsync(plan, _progress, store, new TrajectoryClient(GrainFactory, plan, timings, logger));
}

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
