using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using PruneSearch.Cluster.Observability;
using PruneSearch.Cluster.Placement;
using PruneSearch.Cluster.Stages;
using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;
using PruneSearch.Core;

namespace PruneSearch.Cluster.Searches;

/// <summary>
/// The coordinator of one search. It persists the plan and which trajectories ended; reports are read back from the
/// checkpoint store. While it is at work a timer asks the unfinished trajectories, so that no lost message matters.
/// </summary>
[PreferControl]
internal sealed class SearchGrain(
    [PersistentState("search")] IPersistentState<SearchRecord> record,
    [PersistentState("progress")] IPersistentState<SearchProgress> progress,
    ICheckpointStore store,
    ClusterTimings timings,
    WakePolicy wake,
    ILogger<SearchGrain> logger) : Grain, ISearchGrain
{
    private SearchBoard? _board;
    private IGrainTimer? _poll;
    private bool _start;
    private bool _retryFailed;

    private SearchPlan Plan => record.State.Plan ?? throw new KeyNotFoundException($"There is no search '{this.GetPrimaryKeyString()}'.");

    private IEnumerable<TrajectoryPlan> Unfinished => Plan.Trajectories.Where(t => !progress.State.Ended.ContainsKey(t.Name));

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (record.State.Plan is { } plan)
        {
            _board = new SearchBoard(plan);
            await ReadReportsAsync();
        }
    }

    public async Task LaunchAsync(SearchPlan plan)
    {
        PlanCheck.Require(plan);
        if (record.State.Plan is { } old)
        {
            RequireSame(old, plan);
            return;
        }
        record.State = new SearchRecord { Plan = plan, TraceParent = TraceLaunch(plan.Id) };
        // In this order: a search that the index lists without a plan is left out, one with a plan that is not listed would be lost.
        await GrainFactory.GetGrain<ISearchIndexGrain>("all").AddAsync(plan.Id);
        progress.State.State = WorkState.Running;
        await progress.WriteStateAsync();
        await record.WriteStateAsync();
        _board = new SearchBoard(plan);
        await ReadReportsAsync();
        Drive(retryFailed: false);
    }

    public async Task ResumeAsync(bool retryFailed)
    {
        var plan = Plan;
        var state = progress.State;
        var again = plan.Trajectories.Where(t => state.Ended.TryGetValue(t.Name, out var end)
            && (end.State == WorkState.Cancelled || (retryFailed && end.State == WorkState.Failed))).ToList();
        if (again.Count == 0 && state.State is WorkState.Completed or WorkState.Failed)
        {
            return;
        }
        foreach (var trajectory in again)
        {
            state.Ended.Remove(trajectory.Name);
        }
        state.State = WorkState.Running;
        state.Reason = null;
        await progress.WriteStateAsync();
        Drive(retryFailed);
    }

    public async Task CancelAsync(string reason)
    {
        var plan = Plan;
        if (progress.State.State != WorkState.Running)
        {
            return;
        }
        progress.State.State = WorkState.Cancelled;
        progress.State.Reason = reason;
        await progress.WriteStateAsync();
        Rest();
        await Task.WhenAll(Unfinished.Select(t => Trajectory(t).CancelAsync()));
    }

    public Task WakeAsync()
    {
        if (wake.ByItself && record.State.Plan is not null && progress.State.State == WorkState.Running && _poll is null)
        {
            Drive(retryFailed: false);
        }
        return Task.CompletedTask;
    }

    public Task<SearchStatus?> GetStatusAsync() => Task.FromResult(_board?.Status(progress.State, _poll is not null));

    public Task<FrontierView?> GetFrontierAsync() => Task.FromResult(_board?.Frontier());

    public Task ReportAsync(string trajectory, int iteration, StageReport report)
    {
        _board?.Add(report);
        return Task.CompletedTask;
    }

    public async Task TrajectoryEndedAsync(string trajectory, WorkState state, string? reason)
    {
        if (progress.State.State == WorkState.Running && Note(trajectory, state, reason))
        {
            await SaveEndsAsync();
        }
    }

    private async Task PollAsync()
    {
        try
        {
            if (_start)
            {
                await Task.WhenAll(Unfinished.Select(t => StartAsync(t, _retryFailed)));
                _start = false;
            }
            bool changed = false;
            foreach (var status in await Task.WhenAll(Unfinished.Select(AskAsync)))
            {
                _board!.Update(status);
                changed |= status.State is WorkState.Completed or WorkState.Failed && Note(status.Name, status.State, status.Reason);
            }
            if (changed)
            {
                await SaveEndsAsync();
            }
        }
        catch (Exception e)
        {
            Log.PollFailed(logger, e, Plan.Id);
        }
    }

    private async Task<TrajectoryStatus> AskAsync(TrajectoryPlan plan)
    {
        var status = await Trajectory(plan).GetStatusAsync();
        if (status.Stages == 0) // it lost its memory with its silo
        {
            await StartAsync(plan, retryFailed: false);
            status = await Trajectory(plan).GetStatusAsync();
        }
        return status;
    }

    private Task StartAsync(TrajectoryPlan plan, bool retryFailed) =>
        Trajectory(plan).StartAsync(Plan.Id, Plan.DeviceClass, plan, retryFailed, record.State.TraceParent);

    private bool Note(string trajectory, WorkState state, string? reason) => progress.State.Ended.TryAdd(trajectory, new TrajectoryEnd(state, reason));

    private async Task SaveEndsAsync()
    {
        if (!Unfinished.Any())
        {
            await ReadReportsAsync(); // a report may still be on its way
            (progress.State.State, progress.State.Reason) = _board!.Outcome(progress.State);
            Rest();
        }
        await progress.WriteStateAsync();
    }

    private void Drive(bool retryFailed)
    {
        _start = true;
        _retryFailed = retryFailed;
        _poll ??= this.RegisterGrainTimer(_ => PollAsync(), new GrainTimerCreationOptions(TimeSpan.Zero, timings.Poll) { KeepAlive = true });
    }

    private void Rest()
    {
        _poll?.Dispose();
        _poll = null;
        _board!.ForgetLive();
    }

    private async Task ReadReportsAsync()
    {
        foreach (string key in _board!.StageKeys)
        {
            if (await store.TryReadAsync(key) is { } report)
            {
                _board.Add(report);
            }
        }
    }

    private ITrajectoryGrain Trajectory(TrajectoryPlan plan) => GrainFactory.GetGrain<ITrajectoryGrain>($"{this.GetPrimaryKeyString()}/{plan.Name}");

    private static string? TraceLaunch(string id)
    {
        var call = Activity.Current;
        Activity.Current = null; // a search is a trace of its own, not a part of the call that launched it
        using var span = Telemetry.Source.StartActivity(Telemetry.SearchSpan);
        span?.SetTag(Telemetry.SearchTag, id);
        span?.Stop();
        Activity.Current = call;
        return span?.Id;
    }

    private static void RequireSame(SearchPlan old, SearchPlan plan)
    {
        if (JsonSerializer.Serialize(old, CoreJson.Canonical) != JsonSerializer.Serialize(plan, CoreJson.Canonical))
        {
            throw new InvalidOperationException($"There is another search '{plan.Id}' already, launched {old.Created:u}.");
        }
    }
}
