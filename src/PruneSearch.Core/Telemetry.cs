using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace PruneSearch.Core;

/// <summary>Names and sources of everything that is traced and counted. Costs nothing while nobody listens.</summary>
public static class Telemetry
{
    /// <summary>Name of the activity source and of the meter.</summary>
    public const string Name = "PruneSearch";

    /// <summary>Span of a search, from its launch to its end. Trajectories and stages are below it.</summary>
    public const string SearchSpan = "search";

    /// <summary>Span of a trajectory, from its start to its end; linked to its stages.</summary>
    public const string TrajectorySpan = "trajectory";

    /// <summary>Span of a stage, from when it was first wanted to its end; linked to every trajectory that shares it. Attempts are below it.</summary>
    public const string StageSpan = "stage";

    /// <summary>Span of one attempt at a stage: lasts as long as the attempt. Its parts are its children.</summary>
    public const string AttemptSpan = "attempt";

    /// <summary>Tag with a search's identifier.</summary>
    public const string SearchTag = "prunesearch.search.id";

    /// <summary>Tag with a trajectory's name.</summary>
    public const string TrajectoryTag = "prunesearch.trajectory.name";

    /// <summary>Tag with a stage's key.</summary>
    public const string StageTag = "prunesearch.stage.key";

    /// <summary>Tag with the epoch of a lease.</summary>
    public const string EpochTag = "prunesearch.stage.epoch";

    /// <summary>Tag with the number of an attempt, from 1.</summary>
    public const string AttemptTag = "prunesearch.stage.attempt";

    /// <summary>Tag with how many attempts a stage took.</summary>
    public const string AttemptsTag = "prunesearch.stage.attempts";

    /// <summary>Tag with the share of channels that is gone after a stage.</summary>
    public const string LevelTag = "prunesearch.level";

    /// <summary>Tag with the name of the device that measured.</summary>
    public const string DeviceTag = "prunesearch.device";

    /// <summary>Tag with the precision of training.</summary>
    public const string PrecisionTag = "prunesearch.precision";

    /// <summary>Tag with seconds of a slot.</summary>
    public const string SecondsTag = "prunesearch.slot.seconds";

    /// <summary>Tag with mAP50, 0 to 1.</summary>
    public const string Map50Tag = "prunesearch.map50";

    /// <summary>Tag with multiply-accumulates of one picture.</summary>
    public const string MacsTag = "prunesearch.macs";

    /// <summary>Tag with a number of trajectories.</summary>
    public const string TrajectoriesTag = "prunesearch.trajectories";

    /// <summary>Tag with the hypervolume of a frontier.</summary>
    public const string VolumeTag = "prunesearch.frontier_volume";

    /// <summary>Tag with the trajectory of the most accurate pruned model.</summary>
    public const string BestTag = "prunesearch.best.trajectory";

    /// <summary>Tag with that model's mAP50.</summary>
    public const string BestMap50Tag = "prunesearch.best.map50";

    /// <summary>Tag with the seconds of slots that it took, shared stages in full.</summary>
    public const string BestSecondsTag = "prunesearch.best.slot_seconds";

    /// <summary>Tag with the class of an error, by OpenTelemetry's conventions.</summary>
    public const string ErrorTypeTag = "error.type";

    /// <summary>Tag with the name of a slot.</summary>
    public const string SlotTag = "prunesearch.slot.name";

    /// <summary>Device class of a slot or a stage, <c>cpu</c> or <c>cuda:MODEL</c>.</summary>
    public const string DeviceClassTag = "prunesearch.device_class";

    /// <summary>State of a search, a trajectory or a stage.</summary>
    public const string StateTag = "prunesearch.state";

    /// <summary>Tag with what was done with an object of the checkpoint store: read, write.</summary>
    public const string OperationTag = "prunesearch.operation";

    /// <summary>Tag with a part of a stage: restore, prune, fine-tune, evaluate, export, measure, save, …</summary>
    public const string PartTag = "prunesearch.stage.part";

    /// <summary>Tag with how an attempt ended: completed, refused, returned, declined, lost, retry, hung, place, failed.</summary>
    public const string OutcomeTag = "prunesearch.stage.outcome";

    /// <summary>Source of all spans: listeners name it to see them.</summary>
    public static readonly ActivitySource Source = new(Name);

    /// <summary>Meter of all instruments: exporters name it to read them.</summary>
    public static readonly Meter Meter = new(Name);

    /// <summary>Attempts at stages that ended, by <see cref="OutcomeTag"/>.</summary>
    public static readonly Counter<long> Stages = Meter.CreateCounter<long>("prunesearch.stages", "{attempt}", "Attempts at stages that ended, by outcome");

    /// <summary>Leases that expired because their worker was not heard of in time.</summary>
    public static readonly Counter<long> LeaseLosses = Meter.CreateCounter<long>("prunesearch.lease.losses", "{lease}", "Leases that expired");

    /// <summary>Stages that were queued again after an attempt that did not succeed.</summary>
    public static readonly Counter<long> Retries =
        Meter.CreateCounter<long>("prunesearch.stage.retries", "{retry}", "Stages queued again after an attempt that did not succeed");

    /// <summary>Pictures that were trained on.</summary>
    public static readonly Counter<long> TrainedImages = Meter.CreateCounter<long>("prunesearch.trained_images", "{image}", "Pictures that were trained on");

    /// <summary>Bytes that were read from and written to the checkpoint store, by <see cref="OperationTag"/>.</summary>
    public static readonly Counter<long> CheckpointBytes =
        Meter.CreateCounter<long>("prunesearch.checkpoint.bytes", "By", "Bytes that were read from and written to the checkpoint store");

    /// <summary>Seconds from opening an object of the checkpoint store to its end, by <see cref="OperationTag"/>.</summary>
    public static readonly Histogram<double> CheckpointSeconds =
        Meter.CreateHistogram("prunesearch.checkpoint.duration", "s", "Time that reading or writing an object of the checkpoint store took",
            advice: Buckets(0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300));

    /// <summary>Seconds of the parts of completed stages, by <see cref="PartTag"/>.</summary>
    public static readonly Histogram<double> StageSeconds = Meter.CreateHistogram("prunesearch.stage.duration", "s",
        "Time that a part of a completed stage took", advice: Buckets(0.1, 0.5, 1, 5, 15, 60, 300, 900, 1800, 3600, 7200, 14400, 43200));

    /// <summary>Seconds from claiming a stage to telling how the attempt ended, by <see cref="OutcomeTag"/>.</summary>
    public static readonly Histogram<double> AttemptSeconds = Meter.CreateHistogram("prunesearch.attempt.duration", "s",
        "Time that an attempt at a stage took", advice: Buckets(0.1, 0.5, 1, 5, 15, 60, 300, 900, 1800, 3600, 7200, 14400, 43200));

    /// <summary>Ready stages that wait for a slot, by device class.</summary>
    public static readonly LiveGauge QueueDepth = new(Meter, "prunesearch.queue.depth", "{stage}", "Stages that are ready and wait for a slot");

    /// <summary>How long the stage that waited longest has waited, by device class.</summary>
    public static readonly LiveGauge QueueAge = new(Meter, "prunesearch.queue.age", "s", "Time that the ready stage that waits longest has waited");

    /// <summary>Slots that were heard of lately, by device class.</summary>
    public static readonly LiveGauge Slots = new(Meter, "prunesearch.slots", "{slot}", "Slots that were heard of lately");

    /// <summary>Stages of a search, by device class and state.</summary>
    public static readonly LiveGauge SearchStages = new(Meter, "prunesearch.search.stages", "{stage}", "Stages of a search, by state");

    /// <summary>Slot time that a search has spent.</summary>
    public static readonly LiveGauge SearchSeconds = new(Meter, "prunesearch.search.slot_time", "s", "Slot time that the finished stages of a search took");

    /// <summary>Share of its budget that a search has spent; above 1 when the last stages took longer.</summary>
    public static readonly LiveGauge BudgetSpent = new(Meter, "prunesearch.search.budget_spent", "1", "Share of its budget that a search has spent");

    /// <summary>Volume of a search's frontier.</summary>
    public static readonly LiveGauge FrontierVolume = new(Meter, "prunesearch.search.frontier_volume", "1",
        "Hypervolume of a search's frontier: share of the box between the base detector's cost without accuracy and a perfect detector that costs nothing");

    /// <summary>Training speed of a slot that trains.</summary>
    public static readonly LiveGauge ImagesPerSecond = new(Meter, "prunesearch.slot.images_per_second", "{image}/s", "Training speed of a slot");

    /// <summary>Nothing of a search is measured any more: it is over, or at work elsewhere.</summary>
    public static void Forget(string search)
    {
        foreach (var gauge in (LiveGauge[])[SearchStages, SearchSeconds, BudgetSpent, FrontierVolume])
        {
            gauge.Remove(SearchTag, search);
        }
    }

    private static InstrumentAdvice<double> Buckets(params double[] bounds) => new() { HistogramBucketBoundaries = bounds };
}
