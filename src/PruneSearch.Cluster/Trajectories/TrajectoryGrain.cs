using Microsoft.Extensions.Logging;
using PruneSearch.Cluster.Observability;
using PruneSearch.Cluster.Placement;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Core;

namespace PruneSearch.Cluster.Trajectories;

/// <summary>
/// Walks one trajectory. It persists nothing: the plan is the coordinator's, finished stages stand in the checkpoint store
/// and failures in the stages, so walking again from the start ends where it was.
/// </summary>
[PreferControl]
internal sealed class TrajectoryGrain(ILogger<TrajectoryGrain> logger) : Grain, ITrajectoryGrain
{
    private TrajectoryWalk? _walk;

    public async Task StartAsync(string searchId, string deviceClass, TrajectoryPlan plan, bool retryFailed, string? traceParent)
    {
        if (_walk is null || retryFailed || _walk.State is WorkState.Cancelled)
        {
            _walk = new TrajectoryWalk(searchId, deviceClass, plan, retryFailed) { TraceParent = TraceStart(searchId, plan.Name, traceParent) };
        }
        await AdvanceAsync(_walk);
    }

    public async Task CancelAsync(IReadOnlyList<string> missingKeys)
    {
        // One that lost its memory with its silo may be waiting for any stage that did not finish.
        IEnumerable<string> keys = _walk is { State: WorkState.Running } walk ? [walk.CurrentKey] : missingKeys;
        _walk?.Cancel();
        foreach (string key in keys)
        {
            await Stage(key).ReleaseAsync(Name());
        }
        DeactivateOnIdle();
    }

    public async Task<TrajectoryNews> GetStatusAsync(int knownReports)
    {
        if (_walk is null)
        {
            return new TrajectoryNews { State = WorkState.Waiting, IsStarted = false };
        }
        await AdvanceAsync(_walk); // asking again registers again with a stage that forgot
        return _walk.News(knownReports);
    }

    public async Task StageCompletedAsync(string stageKey, StageReport report)
    {
        if (_walk is { State: WorkState.Running } walk && walk.CurrentKey == stageKey)
        {
            Completed(walk, report);
            await AdvanceAsync(walk);
        }
    }

    public Task StageFailedAsync(string stageKey, string reason, string? logTail)
    {
        if (_walk is { State: WorkState.Running } walk && walk.CurrentKey == stageKey)
        {
            Failed(walk, reason, logTail);
        }
        return Task.CompletedTask;
    }

    private async Task AdvanceAsync(TrajectoryWalk walk)
    {
        while (walk.State == WorkState.Running)
        {
            var status = await Stage(walk.CurrentKey).RequestAsync(
                this.GetPrimaryKeyString(), walk.Current, walk.DeviceClass, walk.Remaining, walk.TakeRetry(), walk.TraceParent);
            if (status.Report is { } report)
            {
                Completed(walk, report);
            }
            else if (status.State == WorkState.Failed)
            {
                Failed(walk, status.Reason ?? "unknown", status.LogTail);
            }
            else
            {
                walk.Waits(status);
                return;
            }
        }
    }

    private void Completed(TrajectoryWalk walk, StageReport report)
    {
        int iteration = walk.Add(report);
        Search(walk).ReportAsync(walk.Name, iteration, report).FireAndForget(logger, $"trajectory {Name()}");
        if (walk.State == WorkState.Completed)
        {
            DeactivateOnIdle(); // asked again, it would walk through at once
        }
    }

    private void Failed(TrajectoryWalk walk, string reason, string? logTail)
    {
        walk.Fail(reason, logTail);
        Search(walk).TrajectoryFailedAsync(walk.Name, walk.Reason, logTail).FireAndForget(logger, $"trajectory {Name()}");
    }

    private static string? TraceStart(string searchId, string name, string? traceParent)
    {
        using var span = Telemetry.Source.StartActivity(Telemetry.TrajectorySpan, System.Diagnostics.ActivityKind.Internal, traceParent);
        span?.SetTag(Telemetry.SearchTag, searchId).SetTag(Telemetry.TrajectoryTag, name);
        return span?.Id ?? traceParent;
    }

    private string Name() => this.GetPrimaryKeyString();

    private IStageGrain Stage(string key) => GrainFactory.GetGrain<IStageGrain>(key);

    private ISearchGrain Search(TrajectoryWalk walk) => GrainFactory.GetGrain<ISearchGrain>(walk.SearchId);
}
