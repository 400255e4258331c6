using PruneSearch.Core.Detectors;
using PruneSearch.Core.Settings;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Weights;
using PruneSearch.Data.Datasets;
using PruneSearch.Data.Loading;
using PruneSearch.Detection.Import;
using PruneSearch.Detection.Training;
using PruneSearch.Inference.Onnx;
using PruneSearch.Pruning;
using PruneSearch.Pruning.Importance;
using PruneSearch.Pruning.Shrinking;
using static TorchSharp.torch;

namespace PruneSearch.Stages;

/// <summary>The pruning of a stage: done once, however often the stage is resumed and whatever follows it; cuts also what else has the same tensors.</summary>
/// <param name="files">The checkpoint store.</param>
/// <param name="job">The stage.</param>
/// <param name="measurement">Measures candidates for a latency target.</param>
/// <param name="warnings">Takes what a user should know.</param>
internal sealed class StagePruning(StageFiles files, StageJob job, Measurement measurement, List<string> warnings)
{
    /// <summary>Prunes the parent's detector.</summary>
    /// <param name="model">The detector.</param>
    /// <param name="weights">Its weights.</param>
    /// <param name="train">Calibration pictures come from here.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="StageFailedException">The settings cannot be met.</exception>
    public PruneResult Run(DetectorModel model, WeightSet weights, DetectionDataset train, CancellationToken cancellation)
    {
        var settings = job.Description.Prune!;
        string key = job.Description.ComputePruningKey();
        // What was pruned first holds: a measured latency or another processor's rounding could answer otherwise after a
        // restart, and the snapshots of the training would no longer fit.
        var pruned = files.ReadPruned(key) ?? Prune(model, weights, settings, train, key, cancellation);
        if (pruned.Plan.RemovesNothing)
        {
            warnings.Add(FormattableString.Invariant($"pruning to {Math.Round(100 * settings.Ratio, 4)} % of the {EnumNames.Of(settings.Target)} removed nothing: widths are rounded to {settings.RoundTo}, and never more than asked is removed"));
        }
        return pruned;
    }

    /// <summary>The state that the parent's optimizer left, cut like the weights; <see langword="null"/> where none was kept or wanted.</summary>
    /// <param name="parent">The parent's detector.</param>
    /// <param name="plan">What stayed; <see langword="null"/> where nothing was pruned.</param>
    public OptimizerState? CarriedState(DetectorModel parent, PruningPlan? plan)
    {
        if (job.Description is not { FineTune.CarryOptimizer: true, Parent: { } key } || files.ReadOptimizer(key) is not { } state)
        {
            return null;
        }
        return plan is null ? state : state with { Tensors = Shrinker.Slice(parent.Network, state.Tensors, plan) };
    }

    private PruneResult Prune(DetectorModel model, WeightSet weights, PruneSettings settings, DetectionDataset train, string key, CancellationToken cancellation)
    {
        int seed = StageRunner.SeedOf(key);
        List<TrainingBatch> calibration = PruningEngine.NeedsImages(settings) ? [.. Batches.Annotated(train, settings.CalibrationImages, model.InputSpec, seed)] : [];
        try
        {
            var pruned = PruningEngine.Prune(
                model, weights, settings, [.. calibration.Select(b => b.Images)], seed,
                loss: Loss(model, [.. calibration.SelectMany(b => b.Objects)]), latency: spec => Latency(model.With(spec.Widths), cancellation), cancellation: cancellation);
            return files.KeepPruned(key, pruned);
        }
        catch (ArgumentException e)
        {
            throw new StageFailedException($"pruning: {e.Message}", e);
        }
        finally
        {
            calibration.ForEach(batch => batch.Dispose());
        }
    }

    private static Func<IReadOnlyDictionary<string, Tensor>, int, Tensor>? Loss(DetectorModel model, IReadOnlyList<BatchImage> objects) =>
        objects.Count > 0 ? CalibrationLoss.For(model, objects) : null;

    // Weights do not matter for speed; measured structures are remembered in the store.
    private double Latency(DetectorModel model, CancellationToken cancellation)
    {
        if (job.Description.Measure.Baseline is null)
        {
            throw new ArgumentException("the target 'latency' compares with the dense detector, but the stage names none");
        }
        return 1 / measurement.Measure(model, OnnxExport.ToBytes(model, RandomWeights.For(model, 1)), cancellation).SpeedUp;
    }
}
