using PruneSearch.Core.Stages;
using PruneSearch.Core.Weights;
using PruneSearch.Data.Metrics;
using PruneSearch.Detection.Devices;
using PruneSearch.Detection.Evaluation;
using PruneSearch.Detection.Training;
using PruneSearch.Stages.Inputs;
using static TorchSharp.torch;

namespace PruneSearch.Stages;

/// <summary>
/// Trains a base detector outside a search. The same description gives the same weights here as in the first stage of a
/// search; snapshots stand in the store, and a training that was stopped goes on from the last one.
/// </summary>
/// <param name="store">Holds the data set manifests, the pretrained weights and the snapshots.</param>
/// <param name="options">Device and time between snapshots.</param>
public sealed class DetectorTraining(ICheckpointStore store, StageRunnerOptions options, TimeProvider time)
{
    private readonly StageFiles _files = new(store, new PictureInputs(store, options.PictureCache));

    /// <summary>Trains on the calling thread and evaluates on the validation split.</summary>
    /// <param name="stage">A description with a base and a fine-tune part.</param>
    /// <param name="progress">Told what happens.</param>
    /// <param name="cancellation">Stops between two steps, after a snapshot.</param>
    /// <exception cref="StageFailedException">The loss diverged.</exception>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public TrainedDetector Run(StageDescription stage, Action<StageProgress> progress, CancellationToken cancellation = default)
    {
        if (stage is not { Base: { } start, FineTune: { } settings })
        {
            throw new ArgumentException("The stage has no base detector or no fine-tune part, expected both.", nameof(stage));
        }
        TorchThreads.Set(options.ResolvedThreads);
        using var scope = NewDisposeScope();
        var device = TorchDevices.Select(options.Device ?? stage.SlotClass);
        var context = new StageContext(_files, new StageJob(stage.ComputeKey(), stage, Epoch: 1), device, time, progress, cancellation);
        context.Run("restore", () => (context.Train, context.Validation));
        var (model, initial) = context.Run("restore", () =>
            new BaseDetector(_files).Build(start, context.Train, context.Seed, context.Device, context.Warnings));
        var tuning = new FineTuning(context, options.SnapshotInterval);
        var (weights, loss) = context.Run("fine-tune", () => tuning.Run(model, initial, settings.WithoutTeacher()));
        var metrics = context.Run("evaluate", () => DetectorEvaluator.Evaluate(model, weights, context.Validation, context.Device, cancellation: cancellation));
        return new TrainedDetector
        {
            Key = context.Job.Key,
            Model = model,
            Weights = weights,
            Metrics = metrics,
            Loss = loss,
            TrainedIn = TrainingPrecision.Resolve(settings.Precision, context.Device),
            TrainingSeconds = context.Seconds["fine-tune"],
            PeakMemoryBytes = context.PeakMemoryBytes,
            Warnings = context.Warnings,
        };
    }
}

/// <summary>A detector that was trained outside a search.</summary>
public sealed record TrainedDetector
{
    /// <summary>Key of the stage.</summary>
    public required StageKey Key { get; init; }

    /// <summary>The detector that was trained, with the data's classes.</summary>
    public required DetectorModel Model { get; init; }

    /// <summary>Its weights; the averaged ones where averaging is on.</summary>
    public required WeightSet Weights { get; init; }

    /// <summary>What it reaches on the validation split.</summary>
    public required CocoResult Metrics { get; init; }

    /// <summary>Smoothed loss of the last steps.</summary>
    public required double Loss { get; init; }

    /// <summary>What convolutions were trained with: float32, bfloat16 or TF32.</summary>
    public required Precision TrainedIn { get; init; }

    /// <summary>Wall-clock seconds of training since it was last started.</summary>
    public required double TrainingSeconds { get; init; }

    /// <summary>Largest resident memory of the process, in bytes.</summary>
    public required long PeakMemoryBytes { get; init; }

    /// <summary>Things a user should know that were no reason to stop.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }
}
