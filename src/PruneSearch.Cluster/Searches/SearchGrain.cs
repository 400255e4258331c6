using Microsoft.Extensions.Logging;
using Orleans.Storage;
using PruneSearch.Cluster.Observability;
using PruneSearch.Cluster.Placement;
using PruneSearch.Cluster.Stages;
using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Searches;
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
    RecoveryPolicy wake,
    ILogger<SearchGrain> logger) : Grain, ISearchGrain, IRemindable
{
    private readonly SearchProgressStore _progress = new(progress);
    private SearchState? _state;
    private StatusProjection? _status;
    private SearchReports? _reports;
    private TrajectoryClient? _trajectories;
    private PollSchedule? _schedule;
    private IGrainTimer? _poll;

    private WakeRegistration Wake => field ??= new WakeRegistration(this, GrainFactory, Id, wake.ByItself, logger);

    private SearchPlan Plan => record.State.Plan ?? throw new KeyNotFoundException($"There is no search '{Id}'.");

    private string Id => this.GetPrimaryKeyString();

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (record.State.Plan is { } plan)
        {
            await OpenAsync(plan);
        }
    }

    public async Task LaunchAsync(SearchPlan plan)
    {
        SearchPlanValidator.Require(plan, Id);
        if (record.State.Plan is { } old)
        {
            SearchPlanValidator.RequireSame(old, plan);
            await Wake.ListAsync(); // the launch before may have got no further than the plan
        }
        else
        {
            await Wake.RemindAsync(); // first: then a search whose plan is saved is not forgotten, whatever follows
            await SavePlanAsync(plan);
            await Wake.ListAsync();
        }
        if (_state is null)
        {
            await OpenAsync(plan);
            await DriveAsync(retryFailed: false);
        }
    }

    public async Task ResumeAsync(bool retryFailed)
    {
        _ = Plan;
        if (await _progress.ResumeAsync(retryFailed))
        {
            _state!.ForgetStandings();
            await Wake.ListAsync();
            await DriveAsync(retryFailed);
        }
    }

    public async Task CancelAsync(string reason)
    {
        _ = Plan;
        if (!_progress.IsRunning)
        {
            return;
        }
        await _progress.EndAsync(WorkState.Cancelled, reason);
        var unfinished = Plan.Trajectories.Where(IsUnfinished).ToList();
        StopPolling();
        await Task.WhenAll(unfinished.Select(t => _trajectories!.CancelAsync(t, _state!.MissingKeys(t.Name))));
        await Wake.StopAsync();
    }

    public async Task WakeAsync()
    {
        if (wake.ByItself && (record.State.Plan is null || !_progress.IsRunning))
        {
            await Wake.StopAsync();
        }
        else if (wake.ByItself && _poll is null)
        {
            await DriveAsync(retryFailed: false);
            await Wake.ListAsync();
        }
    }

    public Task ReceiveReminder(string reminderName, TickStatus status) => WakeAsync();

    public Task<StatusPage?> GetStatusAsync(StatusPosition after, int limit) => Task.FromResult(Summary() is { } summary ? _status!.Page(after, limit, summary) : null);

    public Task<SearchPlan?> GetPlanAsync() => Task.FromResult(record.State.Plan);

    public Task<SearchSummary?> GetSummaryAsync() => Task.FromResult(Summary());

    public Task<ReportPage?> GetReportsAsync(int after, int limit) => Task.FromResult(Summary() is { } summary ? _reports!.Page(after, limit, summary.State) : null);

    public Task<TrajectoryOrder?> GetTrajectoryAsync(string trajectory) =>
        Task.FromResult(_state?.Find(trajectory) is { } plan ? new TrajectoryOrder(Plan.DeviceClass, plan, record.State.TraceParent) : null);

    public Task<WorkState?> GetStateAsync() => Task.FromResult<WorkState?>(record.State.Plan is null ? null : _progress.State);

    public async Task ReportAsync(string stageKey)
    {
        if (_state is not null && _state.Lacks(stageKey) && await store.TryReadReportAsync(stageKey) is { } report)
        {
            _state.Add(report);
            if (_reports!.IsFull || _poll is null)
            {
                await _reports.FlushAsync();
            }
            await SaveAsync(); // it may have been the last one
        }
    }

    public async Task TrajectoryFailedAsync(string trajectory)
    {
        if (_poll is not null && _state!.Find(trajectory) is { } plan && IsUnfinished(plan))
        {
            Learn(trajectory, await _trajectories!.AskAsync(_schedule!, new PollSchedule.Poll(plan, IsFirst: false), _state.Known(trajectory)));
            await SaveAsync();
        }
    }

    private async Task PollAsync()
    {
        try
        {
            foreach (var batch in _schedule!.Due(_state!.AtWork).Chunk(PollSchedule.AtOnce))
            {
                var answers = await Task.WhenAll(batch.Select(poll => _trajectories!.AskAsync(_schedule, poll, _state.Known(poll.Plan.Name))));
                foreach (var (poll, news) in batch.Zip(answers))
                {
                    Learn(poll.Plan.Name, news);
                }
            }
            _state.Explain(Plan.Trajectories.Where(IsUnfinished).Select(t => t.Name), await _trajectories!.LookAtQueueAsync());
            await _reports!.FlushAsync();
            await SaveAsync();
            _status!.Measure(_reports.Volume);
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

    private void Learn(string trajectory, TrajectoryNews? news)
    {
        if (news is not null)
        {
            _state!.Update(trajectory, news);
            // Many trajectories may wait for the stage that failed: one of them keeps the log.
            if (news.State == WorkState.Failed && _progress.Failed(trajectory, news.Reason, _state.IsFirst(trajectory) ? news.LogTail : null))
            {
                _state.Touch(trajectory);
            }
        }
    }

    private async Task SaveAsync()
    {
        if (_poll is null || !_progress.IsRunning)
        {
            return;
        }
        if (!_status!.IsOver)
        {
            await _progress.SaveAsync();
            return;
        }
        await _reports!.FlushAsync(); // who follows the reports has all of them when the search is over
        var (state, reason) = _status.Outcome();
        await _progress.EndAsync(state, reason);
        Log.SearchEnded(logger, Id, state.ToString());
        _status.Measure(_reports.Volume);
        StopPolling();
        await Wake.StopAsync();
    }

    private SearchSummary? Summary() => _status?.Summary(_poll is not null, _reports!.Volume);

    private bool IsUnfinished(TrajectoryPlan t) => !_state!.IsComplete(t.Name) && !_progress.Ended.ContainsKey(t.Name);

    private async Task DriveAsync(bool retryFailed)
    {
        _schedule = new PollSchedule(Plan.Trajectories, IsUnfinished, retryFailed);
        if (_poll is null)
        {
            Log.SearchDriven(logger, Id);
            _poll = this.RegisterGrainTimer(_ => PollAsync(), new GrainTimerCreationOptions(TimeSpan.Zero, timings.Poll) { KeepAlive = true });
            await Wake.RemindAsync();
        }
    }

    private void StopPolling()
    {
        _poll?.Dispose();
        _poll = null;
        _state!.ForgetStandings();
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

    private async Task OpenAsync(SearchPlan plan)
    {
        var state = new SearchState(plan);
        _reports = await SearchReports.OpenAsync(store, plan, state);
        (_state, _status) = (state, new StatusProjection(state, _progress));
        _trajectories = new TrajectoryClient(GrainFactory, plan, timings, logger);
    }
}
