using Microsoft.Extensions.Logging;
using Orleans.Storage;
using PruneSearch.Cluster.Observability;
using PruneSearch.Cluster.Placement;
using PruneSearch.Cluster.Progress;
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
    TimeProvider time,
    ILogger<SearchGrain> logger) : Grain, ISearchGrain, IRemindable
{
    private const string LeftBehind = "was launched by an earlier version of PruneSearch and cannot be read: run its file again";

    private readonly SearchProgressStore _progress = new(progress);
    private OpenSearch? _search;
    private IGrainTimer? _poll, _soon;
    private string? _unreadable;

    private WakeRegistration Wake => field ??= new WakeRegistration(this, GrainFactory, Id, recovery.ByItself, logger);
    private OpenSearch Search => Known ?? throw new KeyNotFoundException($"There is no search '{Id}'.");
    private OpenSearch? Known => _unreadable is null ? _search : throw new ClusterException($"Search '{Id}' {_unreadable}.");
    private bool IsDriven => _poll is not null;
    private string Id => this.GetPrimaryKeyString();

    public override async Task OnActivateAsync(CancellationToken cancellationToken) => _search = await ReadAsync();

    public async Task LaunchAsync(SearchPlan plan)
    {
        await LaunchChecks.RequireAsync(plan, Id);
        if (record.State.Plan is { } old)
        {
            _ = Known;
            await LaunchChecks.RequireSameAsync(old, plan);
            await Wake.ListAsync(); // the launch before may have got no further than the plan
        }
        else
        {
            await Wake.RemindAsync(); // first: then a search whose plan is saved is not forgotten, whatever follows
            await _progress.BeginAsync();
            await SearchRecord.SaveAsync(record, plan);
            await Wake.ListAsync();
        }
        if (_search is null)
        {
            await OpenAsync();
        }
    }

    public async Task ResumeAsync(bool retryFailed)
    {
        var search = Search;
        if (await _progress.ResumeAsync(retryFailed))
        {
            search.ForgetStandings();
            await Wake.ListAsync();
            await DriveAsync(search, retryFailed);
        }
    }

    public async Task ExtendAsync(BudgetSettings budget)
    {
        var search = Search;
        if (await search.ExtendAsync(budget))
        {
            await Wake.ListAsync();
            await DriveAsync(search, retryFailed: false);
        }
    }

    public Task PrioritiseAsync(SlotSettings slots)
    {
        slots.Require();
        _ = Search;
        return _progress.PrioritiseAsync(slots);
    }

    public async Task CancelAsync(string reason)
    {
        var search = Search;
        if (_progress.IsRunning)
        {
            await _progress.EndAsync(WorkState.Cancelled, reason);
            _poll = Stopped(_poll);
            await search.CancelAsync();
            await Wake.StopAsync();
        }
    }

    public async Task DeleteAsync()
    {
        if (_progress.IsRunning && (IsDriven || recovery.ByItself))
        {
            throw new InvalidOperationException($"Search '{Id}' is at work, expected one that is over or cancelled.");
        }
        await Wake.StopAsync();
        await store.DeleteAllAsync(CheckpointNames.Search(Id));
        await progress.ClearStateAsync();
        await record.ClearStateAsync();
        await Wake.ListAsync();
        DeactivateOnIdle();
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
    public Task<SearchSummary?> GetSummaryAsync() => Task.FromResult(
        _unreadable is { } why ? StatusProjection.Unreadable(record.State.Plan!, why) : _search?.Summary(IsDriven));
    public Task<ReportPage?> GetReportsAsync(int after, int limit) => Task.FromResult(Known?.Reports(after, limit, IsDriven));
    public Task<FigurePage?> GetFiguresAsync(int after, int limit) => Task.FromResult(Known?.Figures(after, limit, IsDriven));
    public Task<TrajectoryOrder?> GetTrajectoryAsync(string trajectory) => Task.FromResult(Known?.Order(trajectory, record.State.TraceParent));

    public Task<WorkState?> GetStateAsync() =>
        Task.FromResult<WorkState?>(record.State.Plan is null ? null : _unreadable is null ? _progress.State : WorkState.Failed);

    public async Task ReportAsync(StageKey stageKey)
    {
        if (_search is { } search && await search.ReadReportAsync(stageKey, flush: !IsDriven))
        {
            AdvanceSoon(search); // it may have been the last one
        }
    }

    public async Task TrajectoryFailedAsync(string trajectory)
    {
        if (_search is { } search && IsDriven)
        {
            await search.AskAsync(trajectory);
            AdvanceSoon(search);
        }
    }

    private Task PollAsync(OpenSearch search) => this.GuardAsync(logger, Id, async () =>
    {
        if (!await search.PollAsync())
        {
            _poll?.Change(TimeSpan.Zero, timings.Poll); // after whoever waits for an answer meanwhile
        }
        search.Measure();
        await AdvanceAsync(search);
    });

    // Many reports may have come at once: what follows from them is done once, after all that is waiting to be heard.
    private void AdvanceSoon(OpenSearch search) => _soon ??= this.RegisterGrainTimer(
        _ =>
        {
            _soon = Stopped(_soon);
            return this.GuardAsync(logger, Id, () => AdvanceAsync(search));
        },
        new GrainTimerCreationOptions(TimeSpan.Zero, Timeout.InfiniteTimeSpan) { KeepAlive = true });

    private async Task AdvanceAsync(OpenSearch search)
    {
        if (!IsDriven || !_progress.IsRunning)
        {
            return;
        }
        await search.GrowAsync();
        if (!search.IsOver)
        {
            await _progress.SaveAsync();
            return;
        }
        await search.FlushAsync(); // who follows the reports has all of them when the search is over
        var (state, reason) = search.Outcome();
        await _progress.EndAsync(state, reason);
        Log.SearchEnded(logger, Id, state.ToString());
        _poll = Stopped(_poll);
        search.Ended(state, reason);
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

    private static IGrainTimer? Stopped(IGrainTimer? timer)
    {
        timer?.Dispose();
        return null;
    }

    private async Task<OpenSearch?> ReadAsync()
    {
        try
        {
            _unreadable = record.State.Plan is { IsOfThisVersion: false } ? LeftBehind : null;
            return record.State.Plan is { IsOfThisVersion: true } plan ? await OpenSearch.OpenAsync(
                plan, _progress, store, new TrajectoryClient(GrainFactory, plan, timings, logger), record.State.TraceParent, time) : null;
        }
        catch (FormatException e)
        {
            _unreadable = $"cannot be read: {e.Message}";
            return null;
        }
    }

    private async Task OpenAsync()
    {
        var search = await ReadAsync();
        _search = search; // and driven at once: who asks in between must not be told that it was interrupted
        await (search is null ? Task.CompletedTask : DriveAsync(search, retryFailed: false));
    }
}
