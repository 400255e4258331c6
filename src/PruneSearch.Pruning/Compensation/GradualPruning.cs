using System.Collections.Immutable;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Weights;
using PruneSearch.Pruning.Shrinking;

namespace PruneSearch.Pruning.Compensation;

/// <summary>What a network should lose, and why.</summary>
/// <param name="Plan">The channels that stay when the whole target is met.</param>
/// <param name="Scores">Scores that it was chosen by: the lowest go first.</param>
internal sealed record Choice(PruningPlan Plan, IReadOnlyDictionary<string, double[]> Scores);

/// <summary>
/// Takes channels away in several rounds. After each, all readers are solved against the network as it was before the first,
/// and what is left is scored anew.
/// </summary>
/// <param name="rounds">How many; when left out, as many as keep a round at a third of the channels or less.</param>
/// <param name="roundTo">Pruned widths are multiples of this between rounds too.</param>
/// <param name="calibration">Pictures, and how much their positions count.</param>
/// <param name="options">How readers are solved.</param>
internal sealed class GradualPruning(int? rounds, int roundTo, CalibrationSet calibration, CompensationOptions? options)
{
    /// <summary>Prunes and compensates.</summary>
    /// <param name="weights">Its weights; not changed.</param>
    /// <param name="choose">Chooses, on a network pruned so far, what is to go to meet the whole target.</param>
    /// <param name="cancellation">Checked between batches.</param>
    /// <returns>The pruned detector, its weights, and everything that went.</returns>
    public (DetectorSpec Spec, WeightSet Weights, PruningPlan Plan) Run(
        DetectorModel detector, WeightSet weights, Func<DetectorModel, WeightSet, Choice> choose, CancellationToken cancellation)
    {
        int? count = rounds;
        var (now, nowWeights) = (detector, weights);
        var total = new PruningPlan(new Dictionary<string, ImmutableArray<int>>(), 0);
        for (int round = 1; round <= (count ?? 1); round++)
        {
            var choice = choose(now, nowWeights);
            count ??= RoundsFor(choice, choice.Plan.Kept.Where(k => k.Value.Length == 0).Sum(k => now.Network.Group(k.Key).Width));
            var step = round == count ? choice.Plan : FirstPart(now.Network, choice, 1.0 / (count.Value - round + 1));
            if (step.RemovesNothing)
            {
                continue;
            }
            var (spec, cut) = Shrinker.Shrink(now, nowWeights, step);
            total = total.Then(step);
            now = now.With(spec.Widths);
            nowWeights = Compensator.Solve(new(detector.Network, weights), new(now.Network, cut), total, calibration, options, cancellation: cancellation);
        }
        return (now.Spec, nowWeights, total);
    }

    /// <summary>Rounds of which none removes more than a third of the channels that are there at first.</summary>
    /// <param name="choice">What goes.</param>
    /// <param name="inBlocks">Channels of it that go with a block: all at once, in the first round.</param>
    public static int RoundsFor(Choice choice, int inBlocks = 0)
    {
        int width = choice.Scores.Values.Sum(s => s.Length);
        return Math.Max(1, (3 * (choice.Plan.Removed - inBlocks) + width - 1) / Math.Max(width, 1));
    }

    // The weakest channels of each group, so many that whole multiples stay.
    private PruningPlan FirstPart(Network network, Choice choice, double share)
    {
        var kept = new Dictionary<string, ImmutableArray<int>>(StringComparer.Ordinal);
        int removed = 0;
        foreach (var (name, stay) in choice.Plan.Kept)
        {
            var group = network.Group(name);
            if (stay.Length == 0)
            {
                kept[name] = stay; // a block goes as a whole
                removed += group.Width;
                continue;
            }
            int width = group.Width - (int)Math.Round((group.Width - stay.Length) * share);
            int goes = group.Width - PruningLimits.RoundUp(width, roundTo);
            if (goes <= 0)
            {
                continue;
            }
            double[] scores = choice.Scores[name];
            var weakest = Enumerable.Range(0, group.Width).Except(stay).OrderBy(i => scores[i]).ThenBy(i => i).Take(goes).ToHashSet();
            kept[name] = [.. Enumerable.Range(0, group.Width).Where(i => !weakest.Contains(i))];
            removed += goes;
        }
        return new PruningPlan(kept, removed);
    }
}
