using PruneSearch.Core.Detectors;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Weights;
using PruneSearch.Inference.Onnx;

namespace PruneSearch.Inference.Latency;

/// <summary>Measures a handful of structures of a detector side by side, to fit a <see cref="QuickLatencyModel"/> to them.</summary>
public static class StructureSampling
{
    private const double MaxShare = 0.8;

    /// <summary>Structures that differ in every group: half of them lose the same share everywhere, half another share in each group.</summary>
    /// <param name="dense">The dense detector; it is the first structure.</param>
    /// <param name="count">Structures in all, at least <see cref="QuickLatencyModel.MinimumStructures"/>.</param>
    /// <param name="roundTo">Multiple that widths are rounded to.</param>
    /// <param name="kinds">Groups that lose channels.</param>
    /// <param name="seed">Draws the shares.</param>
    public static IReadOnlyList<DetectorModel> Choose(DetectorModel dense, int count, int roundTo, IReadOnlyCollection<ChannelGroupKind> kinds, int seed = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, QuickLatencyModel.MinimumStructures);
        var random = new Random(seed);
        var chosen = new List<DetectorModel> { dense };
        for (int i = 1; i < count; i++)
        {
            double share = MaxShare * i / (count - 1);
            var widths = UniformWidths.For(dense.Network, share, roundTo, [.. kinds]);
            if (i % 2 == 0)
            {
                foreach (var group in dense.Network.Groups.Where(g => kinds.Contains(g.Kind)))
                {
                    double own = Math.Clamp(share + (random.NextDouble() - 0.5) * 0.6, 0, MaxShare);
                    widths[group.Name] = UniformWidths.For(dense.Network, own, roundTo, group.Kind)[group.Name];
                }
            }
            chosen.Add(dense.With(widths));
        }
        return chosen;
    }

    /// <summary>Measures structures with ONNX Runtime in one run.</summary>
    /// <param name="structures">The dense detector first.</param>
    /// <param name="weights">Any weights: they do not matter for speed.</param>
    /// <param name="threads">Threads within the network.</param>
    /// <param name="options">How long to measure, all structures together.</param>
    /// <param name="cancellation">Ends the measurement.</param>
    public static IReadOnlyList<MeasuredStructure> Measure(
        IReadOnlyList<DetectorModel> structures, Func<DetectorModel, WeightSet> weights, int threads, LatencyOptions options, TimeProvider time,
        CancellationToken cancellation = default)
    {
        var table = LatencyTable.Measure(
            [.. structures.Select((s, i) => LatencyCandidate.Onnx($"structure {i + 1}", OnnxExport.ToBytes(s, weights(s)), threads))], options, time,
            cancellation);
        // Every structure as a multiple of one dense median: what disturbs the machine disturbs all of them.
        double dense = table.Rows[0].Report.DenseMilliseconds;
        return [.. structures.Zip(table.Rows, (s, r) => new MeasuredStructure(s.Network, dense / r.Report.SpeedUp))];
    }
}
