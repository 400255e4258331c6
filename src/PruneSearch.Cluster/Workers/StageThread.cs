using System.Diagnostics;
using PruneSearch.Cluster.Observability;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Workers;

/// <summary>How an attempt at a stage ended.</summary>
/// <param name="Report">The report when it succeeded.</param>
/// <param name="Error">What it threw otherwise.</param>
/// <param name="Span">Its span, to be ended when it is known what becomes of that; <see langword="null"/> when nobody listens.</param>
internal sealed record AttemptResult(StageReport? Report, Exception? Error, Activity? Span = null);

/// <summary>Runs the stage runner on a thread of its own: training would starve the thread pool, on which Orleans lives.</summary>
internal static class StageThread
{
    /// <summary>Runs to the end; the task never fails.</summary>
    public static Task<AttemptResult> RunAsync(IStageRunner runner, StageLease lease, LeaseKeeper keeper, CancellationToken cancellation)
    {
        var result = new TaskCompletionSource<AttemptResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() => result.SetResult(Run(runner, lease, keeper, cancellation))) { IsBackground = true, Name = "stage" };
        using (ExecutionContext.SuppressFlow())
        {
            thread.Start();
        }
        return result.Task;
    }

    // What a version does not know of a description it passes over: the stage would train otherwise, under the key of what was asked for.
    private static void RequireKnown(StageLease lease)
    {
        if (lease.Description.ComputeKey() != lease.Key)
        {
            throw new InputUnavailableException($"the stage has settings that this worker's version, {ProductVersion.Text}, does not know: renew it");
        }
    }

    private static void RequireSound(StageLease lease, StageReport report)
    {
        if (report.Key != lease.Key)
        {
            throw new InvalidOperationException($"The runner answered a report of stage '{report.Key}', expected '{lease.Key}'.");
        }
        if (!double.IsFinite(report.Latency.SpeedUp) || report.FinalLoss is { } loss && !double.IsFinite(loss) || double.IsNaN(report.Map50))
        {
            string numbers = $"mAP50 {report.Map50}, loss {report.FinalLoss}, speed-up {report.Latency.SpeedUp}";
            throw new StageFailedException($"the stage yielded no numbers: {numbers}") { IsFinal = false };
        }
    }

    private static AttemptResult Run(IStageRunner runner, StageLease lease, LeaseKeeper keeper, CancellationToken cancellation)
    {
        Heartbeat.Listen(keeper.Beat);
        var span = AttemptSpans.Begin(lease);
        try
        {
            RequireKnown(lease);
            var report = runner.Run(new StageJob(lease.Key, lease.Description, lease.Epoch), keeper.Report, cancellation);
            RequireSound(lease, report);
            return new AttemptResult(report, null, span);
        }
        catch (Exception e)
        {
            return new AttemptResult(null, e, span);
        }
        finally
        {
            span?.SetEndTime(DateTime.UtcNow);
        }
    }
}
