namespace PruneSearch.Core.Frontiers;

/// <summary>
/// The points that no other point beats: at least as good in every objective and better in one. Costs: smaller is better.
/// </summary>
public static class ParetoFrontier
{
    /// <summary>Which of <paramref name="costs"/> are on the frontier. Equal points are all on it or all off it; a point with a NaN is off it.</summary>
    /// <param name="costs">One row a point, one cost an objective.</param>
    public static bool[] Of(IReadOnlyList<double[]> costs)
    {
        bool[] on = new bool[costs.Count];
        for (int i = 0; i < costs.Count; i++)
        {
            on[i] = !costs[i].Any(double.IsNaN) && !costs.Any(other => Dominates(other, costs[i]));
        }
        return on;
    }

    /// <summary>Whether <paramref name="a"/> is nowhere worse than <paramref name="b"/> and somewhere better.</summary>
    public static bool Dominates(double[] a, double[] b)
    {
        bool better = false;
        for (int i = 0; i < a.Length; i++)
        {
            if (!(a[i] <= b[i]))
            {
                return false;
            }
            better |= a[i] < b[i];
        }
        return better;
    }
}
