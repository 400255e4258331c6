using Microsoft.Extensions.Logging;
using Orleans.Storage;
using PruneSearch.Cluster.Observability;
using PruneSearch.Cluster.Placement;
using PruneSearch.Cluster.Stages;
using PruneSearch.Core;
using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;

namespace PruneSearch.Cluster.Searches;

/// <summary>
/// The coordinator of one search. It persists the plan and which trajectories failed; which stages are complete, the
/// checkpoint store knows. While it is at work a timer asks the unfinished trajectories in turn, a bounded number at a time,
/// so that no lost message matters, however many trajectories there are.
/// </summary>
[PreferControl]
internal sealed class SearchGrain(
    [PersistentState("search")] IPersistentState<SearchRecord> record,
    [PersistentState("progress")] IPersistentState<SearchProgress> progress,
    ICheckpointStore store,
    ClusterTimings timings,
    WakePolicy wake,
    ILogger<SearchGrain> logger) : Grain, ISearchGrain, IRemindable
{
    private const string WakeReminder = "wake";
    private static readonly TimeSpan ReminderPeriod = TimeSpan.FromMinutes(1);
    private SearchBoard? _board;
    private SearchReports? _reports;
    private TrajectoryCalls? _calls;
    private Rota? _rota;
    private IGrainTimer? _poll;
    private bool _unsaved;

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
        PlanCheck.Require(plan);
        if (record.State.Plan is { } old)
        {
            PlanCheck.RequireSame(old, plan);
            return;
        }
        // In this order: a search that the index lists without a plan is left out, one with a plan that is not listed would be lost.
        await GrainFactory.GetGrain<ISearchIndexGrain>("all").AddAsync(plan.Id);
        progress.State.State = WorkState.Running;
        await progress.WriteStateAsync();
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
        await OpenAsync(plan);
        await DriveAsync(retryFailed: false);
    }

    public async Task ResumeAsync(bool retryFailed)
    {
        _ = Plan;
        var state = progress.State;
        bool again = state.State is WorkState.Running or WorkState.Cancelled || (retryFailed && state.Ended.Count > 0);
        if (!again)
        {
            return;
        }
        foreach (var (name, _) in state.Ended.Where(e => e.Value.State == WorkState.Cancelled || (retryFailed && e.Value.State == WorkState.Failed)).ToList())
        {
            state.Ended.Remove(name);
        }
        (state.State, state.Reason) = (WorkState.Running, null);
        await progress.WriteStateAsync();
        await GrainFactory.GetGrain<ISearchIndexGrain>("all").SetRunningAsync(Id, running: true);
        await DriveAsync(retryFailed);
    }

    public async Task CancelAsync(string reason)
    {
        _ = Plan;
        if (progress.State.State != WorkState.Running)
        {
            return;
        }
        (progress.State.State, progress.State.Reason) = (WorkState.Cancelled, reason);
        try
        {
            await progress.WriteStateAsync();
        }
        catch
        {
            (progress.State.State, progress.State.Reason) = (WorkState.Running, null);
            throw;
        }
        var unfinished = Unfinished();
        Rest();
        await Task.WhenAll(unfinished.Select(t => _calls!.CancelAsync(t, _board!.MissingKeys(t.Name))));
        await NotRunningAsync();
    }

    public async Task WakeAsync()
    {
        if (!wake.ByItself || record.State.Plan is null)
        {
            return;
        }
        if (progress.State.State != WorkState.Running)
        {
            await NotRunningAsync();
        }
        else if (_poll is null)
        {
            await DriveAsync(retryFailed: false);
        }
    }

    public Task ReceiveReminder(string reminderName, TickStatus status) => WakeAsync();

    public Task<SearchStatus?> GetStatusAsync() => Task.FromResult(_board?.Status(progress.State, _poll is not null));

    public Task<SearchPlan?> GetPlanAsync() => Task.FromResult(record.State.Plan);

    public Task<SearchSummary?> GetSummaryAsync() => Task.FromResult(_board?.Summary(progress.State, _poll is not null) is { } summary ? summary with { FrontierVolume = _reports!.Volume } : null);

    public Task<ReportPage?> GetReportsAsync(int after, int limit) =>
        Task.FromResult(_board is null ? null : _reports?.Page(after, limit, _board.Summary(progress.State, _poll is not null).State));

    public async Task ReportAsync(string trajectory, int iteration, StageReport report)
    {
        _board?.Add(report);
        if (_reports is not null && (_reports.IsFull || _poll is null))
        {
            await _reports.FlushAsync();
        }
        await SaveAsync(); // it may have been the last one
    }

    public async Task TrajectoryFailedAsync(string trajectory, string? reason, string? logTail)
    {
        if (_poll is not null)
        {
            Note(trajectory, reason, logTail);
            await SaveAsync();
        }
    }

    private async Task PollAsync()
    {
        try
        {
            foreach (var batch in _rota!.Due(_board!.Live).Chunk(Rota.AtOnce))
            {
                var answers = await Task.WhenAll(batch.Select(turn => _calls!.AskAsync(_rota, turn, _board.Known(turn.Plan.Name))));
                foreach (var status in answers.OfType<TrajectoryStatus>())
                {
                    _board.Update(status);
                    if (status.State == WorkState.Failed)
                    {
                        Note(status.Name, status.Reason, status.LogTail);
                    }
                }
            }
            await _reports!.FlushAsync();
            await SaveAsync();
            _board.Measure();
            Telemetry.RecordFrontierVolume(Id, _reports.Volume);
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

    // What is complete, the reports tell; only failures need to be remembered.
    private void Note(string trajectory, string? reason, string? logTail) =>
        _unsaved |= progress.State.Ended.TryAdd(trajectory, new TrajectoryEnd(WorkState.Failed, reason, logTail));

    private async Task SaveAsync()
    {
        if (_poll is null || progress.State.State != WorkState.Running)
        {
            return;
        }
        bool over = _board!.IsOver(progress.State);
        if (over)
        {
            await _reports!.FlushAsync(); // who follows the reports has all of them when the search is over
            (progress.State.State, progress.State.Reason) = _board.Outcome(progress.State);
        }
        else if (!_unsaved)
        {
            return;
        }
        try
        {
            await progress.WriteStateAsync();
            _unsaved = false;
        }
        catch when (over)
        {
            (progress.State.State, progress.State.Reason) = (WorkState.Running, null); // the next poll tries again
            throw;
        }
        if (over)
        {
            Log.SearchEnded(logger, Id, progress.State.State.ToString());
            _board.Measure();
            Rest();
            await NotRunningAsync();
        }
    }

    private bool IsUnfinished(TrajectoryPlan t) => !_board!.IsComplete(t.Name) && !progress.State.Ended.ContainsKey(t.Name);

    private List<TrajectoryPlan> Unfinished() => [.. Plan.Trajectories.Where(IsUnfinished)];

    private async Task DriveAsync(bool retryFailed)
    {
        _rota = new Rota(Plan.Trajectories, IsUnfinished, retryFailed);
        if (_poll is null)
        {
            Log.SearchDriven(logger, Id);
            _poll = this.RegisterGrainTimer(_ => PollAsync(), new GrainTimerCreationOptions(TimeSpan.Zero, timings.Poll) { KeepAlive = true });
            if (wake.ByItself)
            {
                await TryAsync(() => this.RegisterOrUpdateReminder(WakeReminder, ReminderPeriod, ReminderPeriod));
            }
        }
    }

    private void Rest()
    {
        _poll?.Dispose();
        _poll = null;
        _board!.ForgetLive();
    }

    /// <summary>Nobody needs to wake it any more. If that cannot be told now, whoever wakes it next is told.</summary>
    private async Task NotRunningAsync()
    {
        await TryAsync(() => GrainFactory.GetGrain<ISearchIndexGrain>("all").SetRunningAsync(Id, running: false));
        if (wake.ByItself)
        {
            await TryAsync(async () =>
            {
                if (await this.GetReminder(WakeReminder) is { } reminder)
                {
                    await this.UnregisterReminder(reminder);
                }
            });
        }
    }

    private async Task TryAsync(Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (Exception e)
        {
            Log.WakeFailed(logger, e);
        }
    }

    private async Task OpenAsync(SearchPlan plan)
    {
        var board = new SearchBoard(plan);
        _reports = await SearchReports.OpenAsync(store, plan, board);
        _board = board;
        _calls = new TrajectoryCalls(GrainFactory, plan, record.State.TraceParent, timings, logger);
    }
}
