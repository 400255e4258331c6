using PruneSearch.Core.Networks;

namespace PruneSearch.Pruning.Importance;

/// <summary>
/// How much the loss would change without the channel. First order: |Σ weight · gradient| of each batch, averaged
/// (Molchanov et al. 2019). Fisher: half the mean over batches of (Σ weight · gradient)², the second-order term with the
/// squared gradient in place of the Hessian (Theis et al. 2018).
/// </summary>
internal sealed class TaylorImportance(bool fisher) : IImportance
{
    public double[] Score(ChannelGroup group, ImportanceContext context)
    {
        var slices = group.Slices.Where(s => s.Role != SliceRole.Reader && context.Gradients.Batches[0].ContainsKey(s.Tensor)).ToList();
        return ChannelTerms.Reduce([.. slices.Select(s => Change(s, context))], context.Reduction);
    }

    private double[] Change(ChannelSlice slice, ImportanceContext context)
    {
        var rows = new List<double[]>();
        foreach (var batch in context.Gradients.Batches)
        {
            float[] gradient = batch[slice.Tensor].Values;
            var products = ChannelTerms.Sum(slice, context.Weights[slice.Tensor], (w, i) => (double)w * gradient[i]);
            rows.Add([.. products.Select(p => fisher ? p * p / 2 : Math.Abs(p))]);
        }
        return ChannelTerms.Reduce(rows, Reduction.Mean);
    }
}
