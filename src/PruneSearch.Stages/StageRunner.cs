using PruneSearch.Core.Detectors;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;
using PruneSearch.Core.Weights;
using PruneSearch.Data.Datasets;
using PruneSearch.Data.Loading;
using PruneSearch.Detection;
using PruneSearch.Detection.Evaluation;
using PruneSearch.Detection.Networks;
using PruneSearch.Detection.Training;
using PruneSearch.Inference.Detecting;
using PruneSearch.Inference.Onnx;
using PruneSearch.Pruning.Shrinking;
using PruneSearch.Stages.Inputs;
using TorchSharp;
using static TorchSharp.torch;

namespace PruneSearch.Stages;

/// <summary>Runs one stage: restore → prune → fine-tune → evaluate → export → measure → save.</summary>
internal sealed class StageRunner(ICheckpointStore store, StageRunnerOptions options, TimeProvider time) : IStageRunner
{
    private const int TimedPictures = 8;

    private readonly PictureInputs _inputs = new(store, options.PictureCache);
    private readonly DecodedPictures _pictures = new();

    /// <inheritdoc/>
    public StageReport Run(StageJob job, Action<StageProgress> progress, CancellationToken cancellation)
    {
        var last = new StageProgress { Part = "restore" };
        var files = new StageFiles(
            new PatientCheckpointStore(store, time, options.StorePatience, note => progress(last with { Note = note }), cancellation), _inputs);
        return Run(job, files, told => progress(last = told), cancellation);
    }

    private StageReport Run(StageJob job, StageFiles files, Action<StageProgress> progress, CancellationToken cancellation)
    {
        var stage = job.Description;
        var device = TorchDevices.Select(options.Device);
        if (options.Threads > 0)
        {
            set_num_threads(options.Threads); // a setting of this thread, and a stage has one of its own
        }
        var parts = new StageParts(time, progress, cancellation);
        var warnings = new List<string>();
        int seed = SeedOf(job.Key);
        using var scope = NewDisposeScope();

        var (train, validation) = parts.Run("restore", () => (files.ReadDataset(stage.Data.Train, cancellation), files.ReadDataset(stage.Data.Validation, cancellation)));
        var (model, weights) = parts.Run("restore", () => stage.Base is { } start
            ? new BaseDetector(files).Build(start, train, seed, device, warnings)
            : files.ReadDetector(stage.Parent ?? throw new StageFailedException("the stage has neither a parent nor a base detector")));
        var unpruned = model;
        // Shares count from the detector that the search was given: the first stage's, which all others are measured beside.
        model = stage.Base is not null ? model.RelativeTo(model.Spec) : stage.Measure.Baseline is { } first ? model.RelativeTo(files.ReadSpec(first)) : model;
        double? loss = null;
        var channels = ChannelCount.Of(model.Network);
        var measurement = new Measurement(files, time, device, stage.Measure);
        var pruning = new StagePruning(files, job, measurement, warnings);
        var (parent, plan) = (model, (PruningPlan?)null);
        if (stage.Prune is not null)
        {
            var pruned = parts.Run("prune", () => pruning.Run(model, weights, train, cancellation));
            (model, weights, channels, plan) = (model.With(pruned.Spec.Widths), pruned.Weights, pruned.Channels, pruned.Plan);
        }
        bool removedNothing = plan is { RemovesNothing: true };
        var carried = pruning.CarriedState(parent, plan);
        if (stage.Prune is { Recalibrate: true, CalibrationImages: var pictures } && !removedNothing)
        {
            warnings.Add($"batch norms were recalibrated on {Math.Min(pictures, train.Samples.Count)} training {(Math.Min(pictures, train.Samples.Count) == 1 ? "picture" : "pictures")} after pruning");
            weights = parts.Run("recalibrate", () => Recalibrate(model, weights, train, pictures, seed, device));
        }
        if (stage.FineTune is { } tuning && !removedNothing)
        {
            using var teacher = tuning.Distillation > 0 && stage.Measure.Baseline is { } dense ? Teacher(files, dense, device) : null;
            if (teacher is null && tuning.Distillation > 0)
            {
                tuning = tuning with { Distillation = 0 }; // the dense detector itself has no teacher
            }
            (weights, loss) = parts.Run("fine-tune", () =>
                new FineTuning(files, job, time, options.SnapshotInterval, progress) { Pictures = _pictures, Warnings = warnings }.Run(model, weights, tuning, train, seed, device, teacher, carried, cancellation));
        }
        else if (carried is not null)
        {
            files.Write(CheckpointNames.Optimizer(job.Key), carried.Write);
        }
        var metrics = parts.Run("evaluate", () => DetectorEvaluator.Evaluate(model, weights, validation, device, cancellation: cancellation));
        byte[] onnx = parts.Run("export", () => OnnxExport.ToBytes(model, weights));
        var latency = parts.Run("measure", () => measurement.Measure(model, onnx, cancellation));
        var processing = parts.Run("measure", () => Processing(onnx, validation));
        QuantisedReport? int8 = null;
        if (stage.Export is { Quantise: true } export)
        {
            var (file, accuracy) = parts.Run("quantise", () => Int8Model.Make(model, onnx, export, train, validation, seed, cancellation));
            int8 = new QuantisedReport
            {
                Map50 = accuracy.Ap50,
                Map = accuracy.Ap,
                ClassAp50 = accuracy.ClassAp50(),
                ModelBytes = file.Length,
                Latency = parts.Run("measure", () => measurement.MeasureInt8(model, file, onnx, cancellation)),
            };
            files.Write(CheckpointNames.Int8Onnx(job.Key), file);
        }
        string sha = parts.Run("save", () => files.SaveDetector(job.Key, model, weights, onnx));
        files.DeleteSnapshots(job.Key);
        return new StageReport
        {
            Key = job.Key,
            Map50 = metrics.Ap50,
            Map = metrics.Ap,
            ClassAp50 = metrics.ClassAp50(),
            Parameters = model.Network.Parameters,
            Macs = model.Network.Macs,
            ModelBytes = onnx.Length,
            Latency = latency,
            Channels = channels,
            FinalLoss = loss,
            TrainedSteps = loss is null ? 0 : stage.FineTune!.Steps,
            Seconds = parts.Seconds,
            Warnings = warnings,
            WeightsSha256 = sha,
            PeakMemoryBytes = parts.PeakMemoryBytes,
            Quantised = int8,
            Processing = processing,
            Finished = time.GetUtcNow(),
            Unpruned = ChannelCount.Of(unpruned.With(model.Spec.Widths).Network),
            Threads = device.type == DeviceType.CPU ? get_num_threads() : 0,
        };
    }

    private static ProcessingTimes Processing(byte[] onnx, DetectionDataset validation)
    {
        using var detector = OnnxDetector.Load(onnx, "exported model");
        return ProcessingMeter.Measure(detector, validation, TimedPictures);
    }

    private static WeightSet Recalibrate(DetectorModel model, WeightSet weights, DetectionDataset train, int pictures, int seed, Device device)
    {
        var calibration = Batches.Plain(train, pictures, model.InputSpec, seed).ToList();
        try
        {
            return BatchNormRecalibration.Run(model, weights, calibration, device);
        }
        finally
        {
            calibration.ForEach(images => images.Dispose());
        }
    }

    private static TorchNetwork Teacher(StageFiles files, string dense, Device device)
    {
        var (model, weights) = files.ReadDetector(dense);
        return new TorchNetwork(model.Network, weights, device);
    }

    /// <summary>The first 31 bits of a stage's key: equal stages have equal seeds.</summary>
    internal static int SeedOf(string key) => (int)(Convert.ToUInt32(key[..8], 16) >> 1);
}
