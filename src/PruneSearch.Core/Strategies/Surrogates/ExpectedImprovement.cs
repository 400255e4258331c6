using PruneSearch.Core.Frontiers;

namespace PruneSearch.Core.Strategies.Surrogates;

/// <summary>
/// How much a configuration is expected to add to the hypervolume of a frontier. Exact for one and two objectives: the free area is cut
/// into strips beside each point, and costs are independent (Emmerich, Deutz, Klinkenberg 2011, "Hypervolume-based expected improvement"). For
/// more, what the optimistic costs would add (Ponweiser, Wagner, Biermann, Vincze 2008, SMS-EGO). Where one objective shall be the best within bounds
/// of the others, it is how much smaller that one is expected to become, times the probability that the bounds are kept (Schonlau, Welch, Jones
/// 1998; Gardner et al. 2014).
/// </summary>
internal sealed class ExpectedImprovement
{
    private readonly double[] _reference;
    private readonly List<double[]> _frontier;
    private readonly int? _best;

    /// <summary>Keeps those of the results that no other beats and that are within the reference.</summary>
    /// <param name="costs">Results so far; those that others beat do no harm.</param>
    /// <param name="reference">A cost of each objective that is no use any more.</param>
    /// <param name="best">Place of the objective that alone shall improve, within the references of the others; <see langword="null"/> for all.</param>
    public ExpectedImprovement(IReadOnlyList<double[]> costs, double[] reference, int? best = null)
    {
        (_reference, _best) = (reference, best);
        bool[] on = ParetoFrontier.Of(costs);
        _frontier = [.. costs.Where((c, i) => on[i] && !c.Where((v, o) => v >= reference[o]).Any()).OrderBy(c => c[0])];
    }

    /// <summary>The frontier, by the first objective.</summary>
    public IReadOnlyList<double[]> Frontier => _frontier;

    /// <summary>Hypervolume, or progress of the one objective, that is expected of a point with these beliefs.</summary>
    public double Of(ReadOnlySpan<Belief> beliefs)
    {
        if (_best is { } sought)
        {
            double chance = 1;
            for (int o = 0; o < beliefs.Length; o++)
            {
                chance *= o == sought ? 1 : beliefs[o].Within(_reference[o]);
            }
            return chance * beliefs[sought].ExpectedBelow(_frontier.Count == 0 ? _reference[sought] : _frontier.Min(c => c[sought]));
        }
        if (beliefs.Length == 1)
        {
            return beliefs[0].ExpectedBelow(_frontier.Count == 0 ? _reference[0] : _frontier[0][0]);
        }
        if (beliefs.Length > 2)
        {
            double[] optimistic = new double[beliefs.Length];
            for (int i = 0; i < optimistic.Length; i++)
            {
                optimistic[i] = beliefs[i].Optimistic;
            }
            return Hypervolume.Exclusive(optimistic, _frontier, _reference);
        }
        double sum = 0, left = 0, limit = _reference[1];
        for (int i = 0; i <= _frontier.Count; i++)
        {
            // The strip between two points is free below the second cost of its left one.
            double height = beliefs[1].ExpectedBelow(limit);
            if (height <= 0)
            {
                break;
            }
            double right = beliefs[0].ExpectedBelow(i < _frontier.Count ? _frontier[i][0] : _reference[0]);
            sum += (right - left) * height;
            left = right;
            limit = i < _frontier.Count ? _frontier[i][1] : limit;
        }
        return sum;
    }
}
