using Microsoft.Extensions.Logging;
using Orleans.Storage;
using PruneSearch.Cluster.Observability;
using PruneSearch.Cluster.Placement;
using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;

namespace PruneSearch.Cluster.Searches;

/// <summary>
/// The coordinator of one search. Its plan is persisted, and what the ledger says; which stages are complete, the checkpoint
/// store knows. While it is at work a timer asks the unfinished trajectories in turn, a bounded number at a time, so that no
/// lost message matters, however many trajectories there are.
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
    private readonly SearchLedger _ledger = new(progress);
    private SearchBoard? _board;
    private SearchView? _view;
    private SearchReports? _reports;
    private TrajectoryCalls? _calls;
    private Rota? _rota;
    private IGrainTimer? _poll;

    private SearchAlarm Alarm => field ??= new SearchAlarm(this, GrainFactory, Id, wake.ByItself, logger);

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
        await Alarm.AddAsync();
        await _ledger.BeginAsync();
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
        if (await _ledger.ResumeAsync(retryFailed))
        {
            _board!.Rest();
            await Alarm.SetAsync();
            await DriveAsync(retryFailed);
        }
    }

    public async Task CancelAsync(string reason)
    {
        _ = Plan;
        if (!_ledger.IsRunning)
        {
            return;
        }
        await _ledger.EndAsync(WorkState.Cancelled, reason);
        var unfinished = Unfinished();
        Rest();
        await Task.WhenAll(unfinished.Select(t => _calls!.CancelAsync(t, _board!.MissingKeys(t.Name))));
        await Alarm.StopAsync();
    }

    public async Task WakeAsync()
    {
        if (!wake.ByItself || record.State.Plan is null)
        {
            return;
        }
        if (!_ledger.IsRunning)
        {
            await Alarm.StopAsync();
        }
        else if (_poll is null)
        {
            await DriveAsync(retryFailed: false);
        }
    }

    public Task ReceiveReminder(string reminderName, TickStatus status) => WakeAsync();

    public Task<StatusPage?> GetStatusAsync(StatusPosition after, int limit) => Task.FromResult(Summary() is { } summary ? _view!.Page(after, limit, summary) : null);

    public Task<SearchPlan?> GetPlanAsync() => Task.FromResult(record.State.Plan);

    public Task<SearchSummary?> GetSummaryAsync() => Task.FromResult(Summary());

    public Task<ReportPage?> GetReportsAsync(int after, int limit) => Task.FromResult(Summary() is { } summary ? _reports!.Page(after, limit, summary.State) : null);

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
            foreach (var batch in _rota!.Due(_board!.AtWork).Chunk(Rota.AtOnce))
            {
                var answers = await Task.WhenAll(batch.Select(turn => _calls!.AskAsync(_rota, turn, _board.Known(turn.Plan.Name))));
                foreach (var (turn, news) in batch.Zip(answers))
                {
                    Learn(turn.Plan.Name, news);
                }
            }
            await _reports!.FlushAsync();
            await SaveAsync();
            _view!.Measure(_reports.Volume);
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
            _board!.Update(trajectory, news);
            if (news.State == WorkState.Failed)
            {
                Note(trajectory, news.Reason, news.LogTail);
            }
        }
    }

    private void Note(string trajectory, string? reason, string? logTail)
    {
        if (_ledger.Failed(trajectory, reason, logTail))
        {
            _board!.Touch(trajectory);
        }
    }

    private async Task SaveAsync()
    {
        if (_poll is null || !_ledger.IsRunning)
        {
            return;
        }
        if (!_view!.IsOver)
        {
            await _ledger.SaveAsync();
            return;
        }
        await _reports!.FlushAsync(); // who follows the reports has all of them when the search is over
        var (state, reason) = _view.Outcome();
        await _ledger.EndAsync(state, reason);
        Log.SearchEnded(logger, Id, state.ToString());
        _view.Measure(_reports.Volume);
        Rest();
        await Alarm.StopAsync();
    }

    private SearchSummary? Summary() => _view?.Summary(_poll is not null, _reports!.Volume);

    private bool IsUnfinished(TrajectoryPlan t) => !_board!.IsComplete(t.Name) && !_ledger.Ended.ContainsKey(t.Name);

    private List<TrajectoryPlan> Unfinished() => [.. Plan.Trajectories.Where(IsUnfinished)];

    private async Task DriveAsync(bool retryFailed)
    {
        _rota = new Rota(Plan.Trajectories, IsUnfinished, retryFailed);
        if (_poll is null)
        {
            Log.SearchDriven(logger, Id);
            _poll = this.RegisterGrainTimer(_ => PollAsync(), new GrainTimerCreationOptions(TimeSpan.Zero, timings.Poll) { KeepAlive = true });
            await Alarm.RemindAsync();
        }
    }

    private void Rest()
    {
        _poll?.Dispose();
        _poll = null;
        _board!.Rest();
    }

    private async Task OpenAsync(SearchPlan plan)
    {
        var board = new SearchBoard(plan);
        _reports = await SearchReports.OpenAsync(store, plan, board);
        (_board, _view) = (board, new SearchView(board, _ledger));
        _calls = new TrajectoryCalls(GrainFactory, plan, record.State.TraceParent, timings, logger);
    }
}
