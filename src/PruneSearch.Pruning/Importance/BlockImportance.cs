using System.Collections.Immutable;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Weights;
using PruneSearch.Pruning.Compensation;
using PruneSearch.Pruning.Shrinking;
using static TorchSharp.torch;

namespace PruneSearch.Pruning.Importance;

/// <summary>
/// What leaving out a block costs: the error that is left in the readers of what it put out after they were solved again without it, each output
/// weighted with how much it changes the detections. So it compares with what <see cref="ObsImportance"/> says of channels.
/// </summary>
internal static class BlockImportance
{
    // Leaving a block out is tried once for each block: readers are solved on half of these and looked at on the others.
    private const int Pictures = 48;

    /// <summary>Scores of blocks by name, each for one unit of what the settings divide scores by: a channel, where they divide by nothing.</summary>
    /// <param name="weights">Its weights; not changed.</param>
    /// <param name="settings">Which blocks may be left out.</param>
    /// <param name="calibration">Pictures, how much their positions count, and the seed.</param>
    /// <param name="cancellation">Checked before each batch.</param>
    /// <exception cref="ArgumentException">Blocks are asked for with settings that cannot weigh them.</exception>
    public static IReadOnlyDictionary<string, double> Score(
        DetectorModel detector, WeightSet weights, PruneSettings settings, CalibrationSet calibration, CancellationToken cancellation)
    {
        var network = detector.Network;
        var blocks = settings.BlocksOf(network);
        var scores = new Dictionary<string, double>(StringComparer.Ordinal);
        if (blocks.Count == 0)
        {
            return scores;
        }
        var pictures = First(calibration.RequirePictures());
        var readers = Compensator.ReadersOf(network, blocks);
        var sensitivity = OutputSensitivity.Collect(
            network, detector.Scores, weights, ReaderSite.Of(network, c => readers.Contains(c.Name)), pictures, calibration.Seed);
        foreach (var block in blocks)
        {
            var plan = new PruningPlan(block.Groups.ToDictionary(g => g, _ => ImmutableArray<int>.Empty, StringComparer.Ordinal), 1);
            var without = network.With(Shrinker.NewWidths(network, plan));
            var errors = new Dictionary<string, double[]>(StringComparer.Ordinal);
            Compensator.Solve(new(network, weights), new(without, Shrinker.Slice(network, weights, plan)), plan, calibration with { Pictures = pictures },
                errors: errors, cancellation: cancellation);
            double harm = errors.Sum(e => e.Value.Zip(sensitivity[e.Key], (error, weight) => error * weight).Sum());
            scores.Add(block.Name, harm / CostOf(network, block, settings.PerCost));
        }
        return scores;
    }

    private static double CostOf(Network network, LayerBlock block, ChannelCost perCost) => perCost switch
    {
        ChannelCost.Macs => block.Layers.Select(l => network[l]).OfType<ConvLayer>().Sum(Network.MacsOf),
        ChannelCost.Parameters => network.Tensors.Where(t => t.Trainable && block.Layers.Contains(t.Name[..t.Name.LastIndexOf('.')])).Sum(t => t.Length),
        _ => block.Groups.Select(network.Group).Sum(g => g.Width * ScoreScaling.CostOf(network, g, perCost)),
    };

    private static List<Tensor> First(IReadOnlyList<Tensor> batches)
    {
        int count = 0;
        return [.. batches.TakeWhile(b => (count += (int)b.shape[0]) <= Pictures || count == b.shape[0])];
    }
}
