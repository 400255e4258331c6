using System.Numerics.Tensors;
using PruneSearch.Core.Stages;

namespace PruneSearch.Pruning.Importance;

/// <summary>Absolute scale of the batch norms that a channel passes (Liu et al. 2017, "network slimming").</summary>
[Computes(Criterion.Bn)]
internal sealed class BatchNormImportance : IImportance
{
    public double[] Score(ChannelGroup group, ImportanceContext context)
    {
        var norms = context.Network.Layers.OfType<BatchNormLayer>().Select(l => l.Tensors + ".weight").ToHashSet(StringComparer.Ordinal);
        var rows = group.Slices.Where(s => norms.Contains(s.Tensor))
            .Select(s => ChannelTerms.Sum(s, context.Weights[s.Tensor], TensorPrimitives.SumOfMagnitudes)).ToList();
        return rows.Count > 0 ? ChannelTerms.Reduce(rows, context.Reduction)
            : throw new ArgumentException($"Criterion 'bn' needs batch norms, but the channels of group '{group.Name}' pass none; choose another criterion.");
    }
}
