using PruneSearch.Core.Stages;
using PruneSearch.Core.Weights;

namespace PruneSearch.Pruning.Importance;

/// <summary>Sums over the values that each channel of a group has in a tensor.</summary>
internal static class ChannelTerms
{
    /// <summary>The sum of a function of some values.</summary>
    public delegate float Term(ReadOnlySpan<float> values);

    /// <summary>For each channel of a slice, the sum of a function of the values that belong to it.</summary>
    public static double[] Sum(ChannelSlice slice, WeightTensor tensor, Term term)
    {
        int inner = tensor.Shape.Skip(slice.Dimension + 1).Aggregate(1, (n, d) => n * d);
        int length = tensor.Shape[slice.Dimension], outer = tensor.Values.Length / (inner * length);
        double[] sums = new double[slice.Length];
        for (int o = 0; o < outer; o++)
        {
            for (int c = 0; c < slice.Length; c++)
            {
                sums[c] += term(tensor.Values.AsSpan((o * length + slice.Offset + c) * inner, inner));
            }
        }
        return sums;
    }

    /// <summary>One score a channel from one score a tensor and channel.</summary>
    public static double[] Reduce(IReadOnlyList<double[]> rows, ScoreReduction reduction) =>
        [.. Enumerable.Range(0, rows[0].Length).Select(c => reduction switch
        {
            ScoreReduction.Sum => rows.Sum(r => r[c]),
            ScoreReduction.Max => rows.Max(r => r[c]),
            _ => rows.Average(r => r[c]),
        })];

    /// <summary>Convolution kernels: what makes the channels and what goes along depthwise; with readers also what reads them.</summary>
    public static IEnumerable<ChannelSlice> Kernels(ChannelGroup group, WeightSet weights, bool readers) =>
        group.Slices.Where(s => weights[s.Tensor].Shape.Count == 4 && (readers || s.Role != SliceRole.Reader));
}
