using System.Numerics.Tensors;

namespace PruneSearch.Pruning.Importance;

/// <summary>
/// Norm of a channel's kernels in every layer that holds it ("group norm": Fang et al. 2023, DepGraph): the convolutions that
/// make it, the depthwise ones that it passes and, if asked, those that read it.
/// </summary>
/// <param name="power">1 for the sum of absolute values, 2 for the Euclidean norm (Li et al. 2017).</param>
/// <param name="readers">Whether kernels that read the channel count.</param>
internal sealed class NormImportance(int power, bool readers) : IImportance
{
    public double[] Score(ChannelGroup group, ImportanceContext context) =>
        ChannelTerms.Reduce([.. ChannelTerms.Kernels(group, context.Weights, readers).Select(s => Norm(s, context))], context.Reduction);

    private double[] Norm(ChannelSlice slice, ImportanceContext context)
    {
        var tensor = context.Weights[slice.Tensor];
        return power == 1 ? ChannelTerms.Sum(slice, tensor, TensorPrimitives.SumOfMagnitudes)
            : [.. ChannelTerms.Sum(slice, tensor, TensorPrimitives.SumOfSquares).Select(Math.Sqrt)];
    }
}
