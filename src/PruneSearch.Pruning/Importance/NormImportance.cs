using System.Numerics.Tensors;
using PruneSearch.Core.Stages;

namespace PruneSearch.Pruning.Importance;

/// <summary>
/// Norm of a channel's kernels in every layer that holds it ("group norm": Fang et al. 2023, DepGraph): the convolutions that
/// make it, the depthwise ones that it passes and, if asked, those that read it. The sum of absolute values, or the Euclidean
/// norm (Li et al. 2017).
/// </summary>
[Computes(Criterion.L1), Computes(Criterion.L1Readers), Computes(Criterion.L2), Computes(Criterion.L2Readers)]
internal sealed class NormImportance(Criterion criterion) : IImportance
{
    public double[] Score(ChannelGroup group, ImportanceContext context)
    {
        bool readers = criterion is Criterion.L1Readers or Criterion.L2Readers;
        return ChannelTerms.Reduce([.. ChannelTerms.Kernels(group, context.Weights, readers).Select(s => Norm(s, context))], context.Reduction);
    }

    private double[] Norm(ChannelSlice slice, ImportanceContext context)
    {
        var tensor = context.Weights[slice.Tensor];
        return criterion is Criterion.L1 or Criterion.L1Readers ? ChannelTerms.Sum(slice, tensor, TensorPrimitives.SumOfMagnitudes)
            : [.. ChannelTerms.Sum(slice, tensor, TensorPrimitives.SumOfSquares).Select(Math.Sqrt)];
    }
}
