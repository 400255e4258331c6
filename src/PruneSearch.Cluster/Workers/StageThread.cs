using System.Diagnostics;
using PruneSearch.Core;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Workers;

/// <summary>How an attempt at a stage ended.</summary>
/// <param name="Report">The report when it succeeded.</param>
/// <param name="Error">What it threw otherwise.</param>
internal sealed record AttemptResult(StageReport? Report, Exception? Error);

/// <summary>Runs the stage runner on a thread of its own: training would starve the thread pool, on which Orleans lives.</summary>
internal static class StageThread
{
    /// <summary>Runs to the end; the task never fails.</summary>
    public static Task<AttemptResult> RunAsync(IStageRunner runner, StageLease lease, Action<StageProgress> progress, CancellationToken cancellation)
    {
        var result = new TaskCompletionSource<AttemptResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() => result.SetResult(Run(runner, lease, progress, cancellation))) { IsBackground = true, Name = "stage" };
        using (ExecutionContext.SuppressFlow())
        {
            thread.Start();
        }
        return result.Task;
    }

    private static AttemptResult Run(IStageRunner runner, StageLease lease, Action<StageProgress> progress, CancellationToken cancellation)
    {
        using var span = Telemetry.Source.StartActivity(Telemetry.StageSpan, ActivityKind.Internal, lease.TraceParent);
        span?.SetTag(Telemetry.StageTag, lease.Key).SetTag(Telemetry.EpochTag, lease.Epoch);
        try
        {
            return new AttemptResult(runner.Run(new StageJob(lease.Key, lease.Description, lease.Epoch), progress, cancellation), null);
        }
        catch (Exception e)
        {
            span?.SetStatus(ActivityStatusCode.Error, e.Message);
            return new AttemptResult(null, e);
        }
    }
}
