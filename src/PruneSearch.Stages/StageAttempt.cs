using PruneSearch.Core.Comparisons;
using PruneSearch.Core.Weights;
using PruneSearch.Data.Loading;
using PruneSearch.Data.Metrics;
using PruneSearch.Detection.Evaluation;
using PruneSearch.Detection.Networks;
using PruneSearch.Detection.Training;
using PruneSearch.Inference.Detecting;
using PruneSearch.Inference.Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace PruneSearch.Stages;

/// <summary>One attempt at a stage: restore → prune → fine-tune → evaluate → export → measure → save.</summary>
/// <param name="context">What its parts share.</param>
/// <param name="pictures">Decoded pictures that are kept from one stage to the next.</param>
/// <param name="snapshotInterval">Time between snapshots of a training.</param>
internal sealed class StageAttempt(StageContext context, DecodedPictures pictures, TimeSpan snapshotInterval)
{
    private const int TimedPictures = 8;

    private readonly StageFiles _files = context.Files;
    private readonly StageDescription _stage = context.Stage;
    private readonly StageKey _key = context.Job.Key;

    // The original on the same resamples; none for the original itself.
    private ScoreResamples? Dense => _stage.Measure.Baseline is { } dense ? field ??= _files.FindScore(dense, _stage.Data.Validation)?.Resamples : null;

    // What it trains on may have been pruned: then the same groups count.
    private StageReport? Continued => _stage.Parent is { } parent ? _files.FindReport(parent) : null;

    /// <summary>Runs all parts and saves what they made.</summary>
    public StageReport Run()
    {
        context.Run("restore", () => (context.Train, context.Validation));
        var (restored, weights) = context.Run("restore", RestoreAtItsSize);
        var parent = RelativeToOriginal(restored);
        var measurement = new Measurement(context);
        var pruning = new StagePruning(context, measurement);
        var dense = weights;
        var pruned = _stage.Prune is null ? null : context.Run("prune", () => pruning.Run(parent, dense));
        var model = pruned is null ? parent : parent.With(pruned.Spec.Widths);
        var kept = new KeptChannels(_stage, _files, parent, pruned?.Plan);
        var (tuned, loss) = Tune(model, pruned?.Weights ?? weights, kept, pruning.CarriedState(parent, pruned?.Plan), pruned is { Plan.RemovesNothing: true });

        var accuracy = context.Run("evaluate", () => SplitAccuracy.Of(
            context.Validation, DetectorEvaluator.Detect(model, tuned, context.Validation, context.Device, cancellation: context.Cancellation)));
        byte[] onnx = context.Run("export", () => OnnxExport.ToBytes(model, tuned));
        var score = Score(accuracy, Dense, onnx, context.Run("measure", () => measurement.Measure(model, onnx)));
        var processing = context.Run("measure", () => Processing(onnx));
        var int8 = _stage.Export is { Quantise: true } export ? Quantise(model, onnx, export, measurement, Dense ?? accuracy.Resamples) : null;
        string sha = context.Run("save", () =>
        {
            _files.WriteScore(_key, _stage.Data.Validation, accuracy);
            return _files.SaveDetector(_key, model, tuned, onnx, kept.Plan);
        });
        _files.DeleteSnapshots(_key);
        return new StageReport
        {
            Key = _key,
            Map50 = score.Map50,
            Map = score.Map,
            ClassAp50 = score.ClassAp50,
            Map50Interval = score.Map50Interval,
            MapInterval = score.MapInterval,
            Map50BeyondDense = score.Map50BeyondDense,
            ModelBytes = score.ModelBytes,
            Latency = score.Latency,
            Parameters = model.Network.Parameters,
            Macs = model.Network.Macs,
            Channels = pruned?.Channels ?? Continued?.Channels ?? ChannelCount.Of(parent.Network),
            FinalLoss = loss,
            TrainedSteps = loss is null ? 0 : _stage.FineTune!.Steps,
            TrainedIn = loss is null ? null : TrainingPrecision.Resolve(_stage.FineTune!.Precision, context.Device),
            Seconds = context.Seconds,
            Warnings = context.Warnings,
            WeightsSha256 = sha,
            PeakMemoryBytes = context.PeakMemoryBytes,
            Quantised = int8,
            Processing = processing,
            Finished = context.Time.GetUtcNow(),
            Unpruned = ChannelCount.Of(restored.With(model.Spec.Widths).Network),
            Threads = context.Device.type == DeviceType.CPU ? get_num_threads() : 0,
            InputSize = model.Spec.InputSize,
        };
    }

    private (DetectorModel Model, WeightSet Weights) Restore() => _stage.Base is { } start
        ? new BaseDetector(_files).Build(start, context.Train, context.Seed, context.Device, context.Warnings)
        : _files.ReadDetector(_stage.Parent ?? throw new StageFailedException("the stage has neither a parent nor a base detector"));

    private (DetectorModel Model, WeightSet Weights) RestoreAtItsSize()
    {
        var (model, weights) = Restore();
        try
        {
            return (_stage.InputSize is { } size ? model.At(size) : model, weights);
        }
        catch (ArgumentException e)
        {
            throw new StageFailedException($"input size: {e.Message}", e);
        }
    }

    // Shares count from the detector that the search was given: the first stage's, which all others are measured beside.
    private DetectorModel RelativeToOriginal(DetectorModel model) => _stage.Base is not null ? model.RelativeTo(model.Spec)
        : _stage.Measure.Baseline is { } first ? model.RelativeTo(_files.ReadSpec(first)) : model;

    private (WeightSet Weights, double? Loss) Tune(
        DetectorModel model, WeightSet weights, KeptChannels kept, OptimizerState? carried, bool removedNothing)
    {
        if (_stage.Prune is { Recalibrate: true, CalibrationImages: var most } && !removedNothing)
        {
            int count = Math.Min(most, context.Train.Samples.Count);
            context.Warnings.Add($"batch norms were recalibrated on {count} training {(count == 1 ? "picture" : "pictures")} after pruning");
            var old = weights;
            weights = context.Run("recalibrate", () => Recalibrate(model, old, most));
        }
        if (_stage.FineTune is { } settings && !removedNothing)
        {
            using var dense = settings.HasTeacher() && _stage.Measure.Baseline is { } key ? DenseNetwork(key, model.Spec.InputSize) : null;
            var own = dense is null ? settings.WithoutTeacher() : settings; // the dense detector itself has no teacher
            var teacher = dense is null ? null : new Teacher(dense, kept.Plan.Kept);
            if (own.DistillationFeatures > 0 && kept.Warning is { } unknown)
            {
                context.Warnings.Add(unknown);
            }
            return context.Run("fine-tune", () => new FineTuning(context, snapshotInterval) { Pictures = pictures }.Run(model, weights, own, teacher, carried));
        }
        if (carried is not null)
        {
            _files.Write(CheckpointNames.Optimizer(_key), carried.Write);
        }
        return (weights, null);
    }

    private WeightSet Recalibrate(DetectorModel model, WeightSet weights, int count)
    {
        var calibration = Batches.Plain(context.Train, count, model.InputSpec, context.Seed).ToList();
        try
        {
            return BatchNormRecalibration.Run(model, weights, calibration, context.Device);
        }
        finally
        {
            calibration.ForEach(images => images.Dispose());
        }
    }

    // It looks at the same pictures as who learns from it, so it has rows and maps of the same size.
    private TorchNetwork DenseNetwork(StageKey dense, int inputSize)
    {
        var (model, weights) = _files.ReadDetector(dense);
        if (model.Spec.InputSize != inputSize)
        {
            context.Warnings.Add($"the dense detector teaches at {inputSize}×{inputSize} pixels, for which it was not trained: it learnt at "
                + $"{model.Spec.InputSize}×{model.Spec.InputSize}");
        }
        return new TorchNetwork(model.At(inputSize).Network, weights, context.Device);
    }

    private ProcessingTimes Processing(byte[] onnx)
    {
        using var detector = OnnxDetector.Load(onnx, "exported model");
        return ProcessingMeter.Measure(detector, context.Validation, TimedPictures);
    }

    private ModelScore Quantise(DetectorModel model, byte[] onnx, ExportSettings settings, Measurement measurement, ScoreResamples? dense)
    {
        var (file, accuracy) = context.Run("quantise", () => Int8Model.Make(context, model, onnx, settings));
        var score = Score(accuracy, dense, file, context.Run("measure", () => measurement.MeasureInt8(model, file, onnx)));
        _files.Write(CheckpointNames.Int8Onnx(_key), file);
        return score;
    }

    private static ModelScore Score(SplitScore accuracy, ScoreResamples? dense, byte[] file, LatencyReport latency) => new()
    {
        Map50 = accuracy.Map50,
        Map = accuracy.Map,
        ClassAp50 = accuracy.ClassAp50,
        ModelBytes = file.Length,
        Latency = latency,
        Map50Interval = accuracy.Resamples!.Map50Interval,
        MapInterval = accuracy.Resamples.MapInterval,
        Map50BeyondDense = dense is null ? null : accuracy.Resamples.Map50Beyond(dense),
    };
}
