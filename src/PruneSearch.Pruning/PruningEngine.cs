using PruneSearch.Core.Detectors;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Weights;
using PruneSearch.Pruning.Compensation;
using PruneSearch.Pruning.Importance;
using PruneSearch.Pruning.Selection;
using PruneSearch.Pruning.Shrinking;

namespace PruneSearch.Pruning;

/// <summary>Score, select, compensate, shrink.</summary>
public static class PruningEngine
{
    /// <summary>Whether settings need calibration pictures: for compensation, or for a criterion that looks at activations or gradients.</summary>
    public static bool NeedsImages(PruneSettings settings) => ImportanceCatalog.Create(settings.Criterion).NeedsImages || settings.Compensate;

    /// <summary>Scores, selects, shrinks and compensates: one pruning step, without training.</summary>
    /// <param name="detector">The detector as it is, pruned already or not.</param>
    /// <param name="weights">Its weights; not changed.</param>
    /// <param name="settings">What to prune and how.</param>
    /// <param name="calibration">Pictures, where <see cref="NeedsImages"/>; seed; and loss, for gradient criteria.</param>
    /// <param name="compensation">How readers are re-solved.</param>
    /// <param name="latency">Measures and predicts, for the target <c>latency</c>.</param>
    /// <param name="cancellation">Checked between batches of compensation.</param>
    /// <exception cref="ArgumentException">A setting is unknown or outside its range, the target is out of reach, or pictures are missing.</exception>
    /// <exception cref="FormatException">The weights are not those of the detector.</exception>
    /// <exception cref="NotFiniteNumberException">What the pictures give, or a weight that follows from it, is not finite; the message names it.</exception>
    public static PruneResult Prune(
        DetectorModel detector,
        WeightSet weights,
        PruneSettings settings,
        CalibrationSet calibration,
        CompensationOptions? compensation = null,
        LatencyTarget? latency = null,
        CancellationToken cancellation = default)
    {
        var network = detector.Network;
        weights.RequireFit(network, "weights to prune");
        var groups = settings.GroupsOf(network);
        using var positions = Positions(detector, weights, settings, calibration, cancellation);
        var weighed = calibration with { Positions = positions };
        Choice Choose(DetectorModel now, WeightSet nowWeights)
        {
            var scores = ScoreWeighed(now, nowWeights, settings, weighed);
            var blocks = BlockImportance.Score(now, nowWeights, settings, weighed, cancellation);
            return new Choice(TargetSelection.Select(now, scores, settings, latency, blocks), scores);
        }
        int roundTo = latency?.Costs is { } costs && LatencyCosts.Serve(settings) ? costs.Value.Grid(settings) : settings.RoundTo;
        var (spec, cut, plan) = settings.Compensate
            ? new GradualPruning(settings.Rounds, roundTo, weighed, compensation).Run(detector, weights, Choose, cancellation)
            : Once(detector, weights, Choose(detector, weights).Plan);
        cut.RequireFinite("pruned weights");
        var channels = new ChannelCount(groups.Sum(g => g.DenseWidth), groups.Sum(g => spec.Widths[g.Name]));
        return new PruneResult(spec, cut, plan, channels);
    }

    /// <summary>Scores of all selected groups, comparable as the settings ask: group name to one score a channel.</summary>
    /// <exception cref="ArgumentException">A setting is unknown, or pictures are missing.</exception>
    public static IReadOnlyDictionary<string, double[]> Score(DetectorModel detector, WeightSet weights, PruneSettings settings, CalibrationSet calibration)
    {
        using var positions = Positions(detector, weights, settings with { Compensate = false }, calibration);
        return ScoreWeighed(detector, weights, settings, calibration with { Positions = positions });
    }

    /// <summary>How much each position counts, as the settings ask; <see langword="null"/> where all count alike or nothing asks.</summary>
    internal static PositionWeights? Positions(
        DetectorModel detector, WeightSet weights, PruneSettings settings, CalibrationSet calibration, CancellationToken cancellation = default) =>
        settings.Positions == PositionWeighting.Detections && (settings.Compensate || settings.Criterion == Criterion.Obs)
            ? PositionWeights.Collect(detector.Network, detector.Scores, weights, calibration.RequirePictures(), calibration.Seed, cancellation) : null;

    private static Dictionary<string, double[]> ScoreWeighed(DetectorModel detector, WeightSet weights, PruneSettings settings, CalibrationSet calibration)
    {
        var network = detector.Network;
        var groups = settings.ChannelwiseOf(network);
        var importance = ImportanceCatalog.Create(settings.Criterion);
        using var context = new ImportanceContext(network, weights, groups, calibration, settings.Reduction, detector.Scores);
        var normalisation = settings.Normalisation == ScoreNormalisation.Auto ? importance.Normalisation : settings.Normalisation;
        var scores = new Dictionary<string, double[]>(StringComparer.Ordinal);
        foreach (var group in groups)
        {
            double cost = ScoreScaling.CostOf(network, group, settings.PerCost);
            scores[group.Name] = [.. ScoreScaling.Normalise(importance.Score(group, context), normalisation).Select(s => s / cost)];
        }
        return scores;
    }

    private static (DetectorSpec Spec, WeightSet Weights, PruningPlan Plan) Once(DetectorModel detector, WeightSet weights, PruningPlan plan)
    {
        var (spec, cut) = Shrinker.Shrink(detector, weights, plan);
        return (spec, cut, plan);
    }
}
