using System.Numerics.Tensors;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Weights;

namespace PruneSearch.Pruning.Importance;

/// <summary>
/// Sum of the distances from a channel's kernel to all others of its layer (He et al. 2019, FPGM): a channel near the
/// geometric median can be replaced by the others.
/// </summary>
internal sealed class GeometricMedianImportance : IImportance
{
    public double[] Score(ChannelGroup group, ImportanceContext context) =>
        ChannelTerms.Reduce(
            [.. ChannelTerms.Kernels(group, context.Weights, readers: false).Select(s => Distances(s, context.Weights[s.Tensor]))], context.Reduction);

    private static double[] Distances(ChannelSlice slice, WeightTensor tensor)
    {
        int size = tensor.Values.Length / tensor.Shape[0]; // producers and followers carry their channels in dimension 0
        double[] sums = new double[slice.Length];
        for (int a = 0; a < slice.Length; a++)
        {
            for (int b = a + 1; b < slice.Length; b++)
            {
                double distance = TensorPrimitives.Distance<float>(tensor.Values.AsSpan((slice.Offset + a) * size, size), tensor.Values.AsSpan((slice.Offset + b) * size, size));
                sums[a] += distance;
                sums[b] += distance;
            }
        }
        return sums;
    }
}
