using PruneSearch.Core.Stages;
using PruneSearch.Core.Weights;
using PruneSearch.Detection;
using TorchSharp;
using static TorchSharp.torch;

namespace PruneSearch.Pruning.Importance;

/// <summary>
/// Sum of the distances from a channel's kernel to all others of its layer (He et al. 2019, FPGM): a channel near the
/// geometric median can be replaced by the others.
/// </summary>
[Computes(Criterion.Fpgm)]
internal sealed class GeometricMedianImportance : IImportance
{
    private static readonly Scalar Zero = 0;

    public double[] Score(ChannelGroup group, ImportanceContext context) =>
        ChannelTerms.Reduce(
            [.. ChannelTerms.Kernels(group, context.Weights, readers: false).Select(s => Distances(s, context.Weights[s.Tensor]))], context.Reduction);

    private static double[] Distances(ChannelSlice slice, WeightTensor tensor)
    {
        int size = tensor.Values.Length / tensor.Shape[0]; // producers and followers carry their channels in dimension 0
        using var scope = NewDisposeScope();
        var kernels = torch.tensor(tensor.Values.AsSpan(slice.Offset * size, slice.Length * size).ToArray(), [slice.Length, size]).to(ScalarType.Float64);
        var squares = kernels.Squared().sum(1);
        var products = kernels.matmul(kernels.t());
        // |a − b|² = |a|² + |b|² − 2ab: in double precision the difference of equal kernels is small enough to count as none.
        var distances = (squares.unsqueeze(0).Plus(squares.unsqueeze(1)) - products - products).clamp_min(Zero).sqrt();
        return [.. distances.sum(1).data<double>()];
    }
}
