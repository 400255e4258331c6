using System.Globalization;
using PruneSearch.Core.Settings;
using PruneSearch.Core.Weights;
using PruneSearch.Detection.Import;
using PruneSearch.Detection.Training;
using PruneSearch.Inference.Onnx;
using PruneSearch.Pruning;
using PruneSearch.Pruning.Selection;
using PruneSearch.Pruning.Shrinking;

namespace PruneSearch.Stages;

/// <summary>The pruning of a stage: done once, however often the stage is resumed and whatever follows it; cuts also what else has the same tensors.</summary>
/// <param name="measurement">Measures candidates for a latency target.</param>
internal sealed class StagePruning(StageContext context, Measurement measurement)
{
    private double? _denseShare; // latency of the dense detector at the stage's input size over that of the original

    /// <summary>Prunes the parent's detector.</summary>
    /// <exception cref="StageFailedException">The settings cannot be met.</exception>
    public PruneResult Run(DetectorModel model, WeightSet weights)
    {
        var settings = context.Stage.Prune!;
        var key = context.Stage.ComputePruningKey();
        // What was pruned first holds: a measured latency or another processor's rounding could answer otherwise after a
        // restart, and the snapshots of the training would no longer fit.
        var pruned = context.Files.ReadPruned(key) ?? Prune(model, weights, settings, key);
        if (pruned.Plan.RemovesNothing)
        {
            context.Warnings.Add(string.Create(CultureInfo.InvariantCulture,
                $"pruning to {Math.Round(100 * settings.Ratio, 4)} % of the {EnumNames.Of(settings.Target)} " +
                $"removed nothing: widths are rounded to {settings.RoundTo}, and never more than asked is removed"));
        }
        return pruned;
    }

    /// <summary>The state that the parent's optimizer left, cut like the weights; <see langword="null"/> where none was kept or wanted.</summary>
    /// <param name="parent">The parent's detector.</param>
    /// <param name="plan">What stayed; <see langword="null"/> where nothing was pruned.</param>
    public OptimizerState? CarriedState(DetectorModel parent, PruningPlan? plan)
    {
        var state = context.Stage is { FineTune.CarryOptimizer: true, Parent: { } key } ? context.Files.ReadOptimizer(key) : null;
        return state is null || plan is null ? state : state with { Tensors = Shrinker.Slice(parent.Network, state.Tensors, plan) };
    }

    // Times of the layers are those of a processor: on a GPU they would be those of starting them.
    private Lazy<LatencyCosts>? Costs(DetectorModel model) => measurement.IsOnGpu ? null
        : new DeviceCosts(context.Files, context.Stage.Measure, context.Time, context.Cancellation).Of(model);

    private PruneResult Prune(DetectorModel model, WeightSet weights, PruneSettings settings, StageKey key)
    {
        int seed = StageContext.SeedOf(key);
        List<TrainingBatch> calibration = PruningEngine.NeedsImages(settings)
            ? [.. Batches.Annotated(context.Train, settings.CalibrationImages, model.InputSpec, seed)] : [];
        try
        {
            var pruned = PruningEngine.Prune(
                model, weights, settings, CalibrationSet.Annotated(model, calibration, seed),
                latency: new(spec => Latency(model.With(spec.Widths)), Costs(model)), cancellation: context.Cancellation);
            return context.Files.KeepPruned(key, pruned);
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

    // As a share of the dense detector's at the same input size, like MACs: what another size brings is not pruned away.
    private double Latency(DetectorModel model)
    {
        var baseline = context.Stage.Measure.Baseline
            ?? throw new ArgumentException("the target 'latency' compares with the dense detector, but the stage names none");
        _denseShare ??= context.Files.ReadSpec(baseline).InputSize == model.Spec.InputSize ? 1 : Share(model.Dense);
        return Share(model) / _denseShare.Value;
    }

    // Weights do not matter for speed; measured structures are remembered in the store.
    private double Share(DetectorModel model) => 1 / measurement.Measure(model, OnnxExport.ToBytes(model, RandomWeights.For(model, 1))).SpeedUp;
}
