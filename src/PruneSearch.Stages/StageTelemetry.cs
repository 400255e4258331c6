using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace PruneSearch.Stages;

/// <summary>Names under which stages are observed.</summary>
internal static class StageTelemetry
{
    private static readonly Meter Meter = new("PruneSearch");

    /// <summary>Source of the spans of a stage's parts.</summary>
    public static readonly ActivitySource Source = new("PruneSearch");

    /// <summary>Pictures trained on.</summary>
    public static readonly Counter<long> TrainedImages = Meter.CreateCounter<long>("prunesearch.trained_images", "{image}");

    /// <summary>Bytes of snapshots and checkpoints written.</summary>
    public static readonly Counter<long> CheckpointBytes = Meter.CreateCounter<long>("prunesearch.checkpoint_bytes", "By");
}
