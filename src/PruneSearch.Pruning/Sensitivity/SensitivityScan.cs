using PruneSearch.Core.Detectors;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Weights;
using PruneSearch.Pruning.Compensation;
using PruneSearch.Pruning.Selection;
using PruneSearch.Pruning.Shrinking;

namespace PruneSearch.Pruning.Sensitivity;

/// <summary>Prunes each group alone at several ratios (Li et al. 2017, section 3.2).</summary>
public static class SensitivityScan
{
    private const double NoCap = 0.999;

    /// <summary>Runs it, one group and ratio at a time.</summary>
    /// <param name="detector">The detector, pruned already or not.</param>
    /// <param name="weights">Its weights; not changed.</param>
    /// <param name="settings">Which groups, and how channels are scored, rounded and compensated; the ratio and the cap are not used.</param>
    /// <param name="ratios">Shares of a group's dense channels that go, each from 0 to below 1.</param>
    /// <param name="calibration">Pictures where <see cref="PruningEngine.NeedsImages"/>, and the seed.</param>
    /// <param name="evaluate">Accuracy of a detector with its weights.</param>
    /// <param name="cancellation">Checked between batches.</param>
    /// <returns>In the order of groups, then ratios. Each is computed when it is asked for.</returns>
    /// <exception cref="ArgumentException">A setting is unknown or outside its range, or pictures are missing.</exception>
    public static IEnumerable<GroupSensitivity> Run(
        DetectorModel detector,
        WeightSet weights,
        PruneSettings settings,
        IReadOnlyList<double> ratios,
        CalibrationSet calibration,
        Func<DetectorModel, WeightSet, double> evaluate,
        CancellationToken cancellation = default)
    {
        var groups = settings.ChannelwiseOf(detector.Network);
        if (groups.Count == 0)
        {
            throw new ArgumentException(
                $"groups [{string.Join(", ", settings.Groups)}] names none that loses single channels, of which a sensitivity is told; expected one that does");
        }
        var scores = PruningEngine.Score(detector, weights, settings, calibration);
        using var positions = PruningEngine.Positions(detector, weights, settings, calibration, cancellation);
        foreach (var group in groups)
        {
            var alone = settings with { Groups = [group.Name], Protect = [], MinWidth = 1, Ratio = 0, MaxGroupRatio = NoCap, Ranking = ChannelRanking.Local };
            double most = 1 - (double)PruningLimits.Narrowest(group, alone) / group.DenseWidth;
            foreach (double ratio in ratios)
            {
                cancellation.ThrowIfCancellationRequested();
                alone = alone with { Ratio = Math.Min(ratio, most) }; // rounding may leave a group wider
                var plan = ChannelSelection.Select(detector.Network, scores, alone);
                var (spec, cut) = Shrinker.Shrink(detector, weights, plan);
                var pruned = detector.With(spec.Widths);
                if (settings.Compensate && !plan.RemovesNothing)
                {
                    cut = Compensator.Solve(new(detector.Network, weights), new(pruned.Network, cut), plan, calibration with { Positions = positions },
                        cancellation: cancellation);
                }
                yield return new GroupSensitivity
                {
                    Group = group.Name,
                    Kind = group.Kind,
                    Ratio = ratio,
                    DenseWidth = group.DenseWidth,
                    Width = spec.Widths[group.Name],
                    Macs = pruned.Network.Macs,
                    Accuracy = evaluate(pruned, cut),
                };
            }
        }
    }
}
