namespace PruneSearch.Core.Frontiers;

/// <summary>
/// The frontier of points that come one by one, and the exact hypervolume that it dominates. What a point costs depends on the
/// frontier's size, not on how many points came before.
/// </summary>
/// <param name="reference">A cost of each objective that is no use any more, 1 to 4 of them: the hypervolume counts what is better than all.</param>
public sealed class IncrementalFrontier(params double[] reference)
{
    private readonly List<double[]> _costs = [];

    /// <summary>Costs of the points on the frontier, equal ones once, in no particular order.</summary>
    public IReadOnlyList<double[]> Costs => _costs;

    /// <summary>Volume between the frontier and the reference; it never shrinks.</summary>
    public double Hypervolume { get; private set; }

    /// <summary>Takes a point in.</summary>
    /// <returns>Whether it is on the frontier: no point so far beats it. A point with a NaN never is.</returns>
    /// <exception cref="ArgumentException">It has another number of costs than the reference.</exception>
    public bool Add(double[] cost)
    {
        ArgumentNullException.ThrowIfNull(cost);
        if (cost.Length != reference.Length)
        {
            throw new ArgumentException($"A point has {cost.Length} costs, expected {reference.Length}.", nameof(cost));
        }
        if (Array.Exists(cost, double.IsNaN))
        {
            return false;
        }
        foreach (double[] other in _costs)
        {
            if (ParetoFrontier.Dominates(other, cost))
            {
                return false;
            }
            if (other.AsSpan().SequenceEqual(cost))
            {
                return true;
            }
        }
        // Before what it beats goes: the volume grows by what this point alone dominates.
        Hypervolume += Frontiers.Hypervolume.Exclusive(cost, _costs, reference);
        _costs.RemoveAll(other => ParetoFrontier.Dominates(cost, other));
        _costs.Add(cost);
        return true;
    }
}
