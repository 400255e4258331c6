using Microsoft.Extensions.Logging;
using PruneSearch.Cluster.Observability;
using PruneSearch.Cluster.Placement;
using PruneSearch.Core;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Trajectories;

/// <summary>
/// Walks one trajectory. It persists nothing: the plan is the coordinator's, finished stages stand in the checkpoint store
/// and failures in the stages, so walking again from the start ends where it was.
/// </summary>
[PreferControl]
internal sealed class TrajectoryGrain(ILogger<TrajectoryGrain> logger) : Grain, ITrajectoryGrain
{
    private TrajectoryWalk? _walk;

    public async Task StartAsync(bool retryFailed)
    {
        if (_walk is null || retryFailed || _walk.State is WorkState.Cancelled)
        {
            var order = await Search().GetTrajectoryAsync(OwnName) ?? throw new KeyNotFoundException($"There is no trajectory '{Name()}'.");
            var span = Spans.Context(order.TraceParent, Telemetry.TrajectorySpan, order.Plan.Name);
            _walk = new TrajectoryWalk(order.DeviceClass, order.Plan, retryFailed) { TraceParent = Spans.TextOf(span) };
        }
        await AdvanceAsync(_walk);
    }

    public async Task CancelAsync(IReadOnlyList<StageKey> missingKeys)
    {
        // One that lost its memory with its silo may be waiting for any stage that did not finish.
        IEnumerable<StageKey> keys = _walk is { State: WorkState.Running } walk ? [walk.CurrentKey] : missingKeys;
        _walk?.Cancel();
        foreach (var key in keys)
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

    public Task<bool> WaitsForAsync(StageKey stageKey) => Task.FromResult(WaitsFor(stageKey) is not null);

    public async Task StageEndedAsync(StageKey stageKey)
    {
        if (WaitsFor(stageKey) is { } walk)
        {
            await AdvanceAsync(walk);
        }
    }

    private TrajectoryWalk? WaitsFor(StageKey stageKey) => _walk is { State: WorkState.Running } walk && walk.CurrentKey == stageKey ? walk : null;

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
        walk.Add(report);
        Search().ReportAsync(report.Key).FireAndForget(logger, $"trajectory {Name()}");
        if (walk.State == WorkState.Completed)
        {
            DeactivateOnIdle(); // asked again, it would walk through at once
        }
    }

    private void Failed(TrajectoryWalk walk, string reason, string? logTail)
    {
        walk.Fail(reason, logTail);
        Search().TrajectoryFailedAsync(walk.Name).FireAndForget(logger, $"trajectory {Name()}");
    }

    private string Name() => this.GetPrimaryKeyString();

    // The key is SEARCH/NAME, and a search's identifier has no slash.
    private string SearchId => Name().Split('/')[0];

    private string OwnName => Name()[Math.Min(SearchId.Length + 1, Name().Length)..];

    private IStageGrain Stage(StageKey key) => GrainFactory.GetGrain<IStageGrain>(key);

    private ISearchGrain Search() => GrainFactory.GetGrain<ISearchGrain>(SearchId);
}
