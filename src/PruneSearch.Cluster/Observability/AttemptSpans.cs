using System.Diagnostics;
using PruneSearch.Core;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Observability;

/// <summary>What the span of an attempt at a stage says.</summary>
internal static class AttemptSpans
{
    /// <summary>Begins the span of an attempt, below its stage's.</summary>
    public static Activity? Begin(StageLease lease)
    {
        ActivityContext.TryParse(lease.TraceParent, null, out var stage);
        var span = Spans.Begin(Telemetry.AttemptSpan, Spans.Attempt(lease.TraceParent, lease.Key, lease.Epoch), stage);
        if (span is not null)
        {
            Describe(span, lease.Key, lease.Epoch, lease.Worker, lease.Description);
            span.SetTag(Telemetry.AttemptTag, lease.Attempt).SetTag(Telemetry.DeviceClassTag, lease.Description.SlotClass);
        }
        return span;
    }

    /// <summary>Ends it, with how the attempt ended.</summary>
    /// <param name="span">The span; its time is over already.</param>
    /// <param name="outcome">How the attempt ended.</param>
    /// <param name="report">What it computed.</param>
    /// <param name="error">What it threw.</param>
    public static void End(Activity? span, string outcome, StageReport? report, Exception? error)
    {
        if (span is null)
        {
            return;
        }
        span.SetTag(Telemetry.OutcomeTag, outcome);
        if (report is not null)
        {
            Describe(span, report);
        }
        // What was cancelled or declined is no error, and what was given back neither.
        if (error is not null and not OperationCanceledException and not InputUnavailableException)
        {
            span.AddException(error).SetTag(Telemetry.ErrorTypeTag, error.GetType().FullName).SetStatus(ActivityStatusCode.Error, error.Message);
        }
        span.Stop();
    }

    /// <summary>Whose attempt it is.</summary>
    public static void Describe(Activity span, StageKey key, long epoch, string worker, StageDescription? description)
    {
        span.SetTag(Telemetry.StageTag, key.ToString()).SetTag(Telemetry.EpochTag, epoch).SetTag(Telemetry.SlotTag, worker);
        Describe(span, description);
    }

    /// <summary>What is done.</summary>
    public static void Describe(Activity span, StageDescription? description) =>
        span.SetTag(Telemetry.LevelTag, description is null ? null : description.Prune?.Ratio ?? 0)
            .SetTag(Telemetry.PrecisionTag, description?.FineTune?.Precision.ToString().ToLowerInvariant());

    /// <summary>What came out.</summary>
    public static void Describe(Activity span, StageReport report)
    {
        span.SetTag(Telemetry.SecondsTag, Math.Round(report.Seconds.Values.Sum(), 3)).SetTag(Telemetry.Map50Tag, report.Map50)
            .SetTag(Telemetry.MacsTag, report.Macs).SetTag(Telemetry.DeviceTag, report.Latency.Device.Processor);
        if (report.TrainedIn is { } precision)
        {
            span.SetTag(Telemetry.PrecisionTag, precision.ToString().ToLowerInvariant());
        }
    }
}
