using PruneSearch.Core.Stages;

namespace PruneSearch.Pruning.Importance;

/// <summary>
/// How much the loss would change without the channel, by what makes it. First order: |Σ weight · gradient| of each picture,
/// averaged (Molchanov et al. 2019). Fisher: half the mean over pictures of (Σ weight · gradient)², the second-order term with
/// the squared gradient in place of the Hessian (Theis et al. 2018).
/// </summary>
[Computes(Criterion.Taylor), Computes(Criterion.Fisher)]
internal sealed class TaylorImportance(Criterion criterion) : IImportance
{
    public bool NeedsImages => true;

    public double[] Score(ChannelGroup group, ImportanceContext context)
    {
        bool fisher = criterion == Criterion.Fisher;
        var statistics = fisher ? context.Gradients.Squares : context.Gradients.Magnitudes;
        // Producers and followers carry their channels in dimension 0; running statistics have no gradient.
        var slices = group.Slices.Where(s => s.Role != SliceRole.Reader && statistics.ContainsKey(s.Tensor));
        double[] scores = ChannelTerms.Reduce([.. slices.Select(s => statistics[s.Tensor].AsSpan(s.Offset, s.Length).ToArray())], context.Reduction);
        return fisher ? [.. scores.Select(s => s / 2)] : scores;
    }
}
