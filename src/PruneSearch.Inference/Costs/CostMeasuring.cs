using PruneSearch.Core;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Weights;
using PruneSearch.Inference.Latency;
using PruneSearch.Inference.Onnx;

namespace PruneSearch.Inference.Costs;

/// <summary>
/// Measures a <see cref="CostTable"/>: structures of random widths run in turns with the dense one, once as they are and once with the times of their nodes.
/// </summary>
public sealed class CostMeasuring(TimeProvider time)
{
    /// <summary>What tables of this method are kept under.</summary>
    public const string Method = "profiled structures 1";

    /// <summary>Structures that are measured unless somebody asks for another number.</summary>
    public const int DefaultStructures = 48;

    /// <summary>Fewest structures that a table can be made of.</summary>
    public const int MinimumStructures = 8;

    // The first few structures reach as far as all do, so that one may stop at any time.
    private const double GoldenRatio = 0.618033988749895;

    private const double MostShare = 0.9, StaysDense = 0.2;
    private const int WarmUpRounds = 2, Rounds = 9;

    // Half of the structures fill what a vector unit of today's processors holds, the others do not: so it shows what that costs.
    private static readonly int[] Multiples = [16, 8];

    /// <summary>Measures the layers of a detector.</summary>
    /// <param name="detector">The detector; it is measured unpruned.</param>
    /// <param name="weights">Any weights: they do not matter for speed.</param>
    /// <param name="threads">Threads within the network, at least 1.</param>
    /// <param name="structures">Structures to measure, at least <see cref="MinimumStructures"/>.</param>
    /// <param name="maxSeconds">After this the table is made of what was measured by then, at least <see cref="MinimumStructures"/>; above 0.</param>
    /// <param name="seed">Draws the widths.</param>
    /// <param name="cancellation">Ends it after the current run.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below its least.</exception>
    /// <exception cref="InputUnavailableException">This machine's clock is too coarse for the detector.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public CostTable Measure(DetectorModel detector, Func<DetectorModel, WeightSet> weights, int threads, int structures = DefaultStructures,
        double maxSeconds = double.PositiveInfinity, int seed = 1, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxSeconds);
        ArgumentOutOfRangeException.ThrowIfLessThan(structures, MinimumStructures);
        var dense = detector.Dense;
        byte[] File(DetectorModel model) => OnnxExport.ToBytes(model, weights(model));
        var measured = new List<StructureCosts>();
        var denseMilliseconds = new List<double>();
        var clock = new ClockStep(time);
        using var reference = new OnnxLatencyEngine(File(dense), threads, "dense model");
        long start = time.GetTimestamp();
        foreach (var widths in Draw(dense.Network, structures, seed))
        {
            if (measured.Count >= MinimumStructures && time.GetElapsedTime(start).TotalSeconds > maxSeconds)
            {
                break;
            }
            var model = dense.With(widths);
            byte[] file = File(model);
            using var plain = new OnnxLatencyEngine(file, threads, "structure");
            using var profiled = new ProfiledModel(file, threads, "structure");
            double[] denseRuns = new double[Rounds], runs = new double[Rounds];
            for (int round = -WarmUpRounds; round < Rounds; round++)
            {
                cancellation.ThrowIfCancellationRequested();
                double d = Timed(reference.Run), p = Timed(plain.Run);
                profiled.Run();
                profiled.Run();
                if (round >= 0)
                {
                    (denseRuns[round], runs[round]) = (d, p);
                }
            }
            clock.Require(denseRuns);
            clock.Require(runs);
            // Before each run that counts comes one that does not, as in every measurement.
            var nodes = profiled.End().Where((_, i) => i % 2 == 1).Skip(WarmUpRounds).ToList();
            var layers = new LayerTimes(model.Network).Of(nodes);
            double share = LayerTimes.LowerQuartile(runs) / LayerTimes.LowerQuartile(denseRuns), sum = layers.Values.Sum();
            measured.Add(new StructureCosts(model.Network.Widths, share, layers.ToDictionary(l => l.Key, l => l.Value / sum * share)));
            denseMilliseconds.AddRange(denseRuns);
        }
        return CostFit.Table(dense.Network, measured, PairedLatencies.Median(denseMilliseconds), reference.Device);
    }

    /// <summary>The dense widths, and widths of which every group has its own share: of every other two structures all lose much.</summary>
    internal static IEnumerable<SortedDictionary<string, int>> Draw(Network dense, int count, int seed)
    {
        var random = new SeededRandom(seed);
        yield return dense.Widths;
        for (int i = 1; i < count; i++)
        {
            double most = MostShare * (i * GoldenRatio % 1), least = i % 4 < 2 ? 0 : most / 2;
            yield return new(dense.Groups.ToDictionary(g => g.Name, g => random.NextDouble() < StaysDense ? g.Width
                : PruningLimits.Nearest(g, g.Width * (1 - random.NextDouble(least, most)), Multiples[i % Multiples.Length])), StringComparer.Ordinal);
        }
    }

    private double Timed(Action run)
    {
        run();
        long start = time.GetTimestamp();
        run();
        return time.GetElapsedTime(start).TotalMilliseconds;
    }
}
