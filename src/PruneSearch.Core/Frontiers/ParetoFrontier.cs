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
        int[] order = [.. Enumerable.Range(0, costs.Count).Where(i => !costs[i].Any(double.IsNaN))];
        // In lexicographic order a point can only be beaten by one before it, and equal points stand side by side.
        Array.Sort(order, (a, b) => Compare(costs[a], costs[b]));
        var front = new List<double[]>();
        double best = double.PositiveInfinity; // of the last objective; it alone decides when there are two
        foreach (int i in order)
        {
            double[] cost = costs[i];
            if (front.Count > 0 && Compare(front[^1], cost) == 0)
            {
                on[i] = true;
                continue;
            }
            on[i] = front.Count == 0 || (cost.Length <= 2 ? cost[^1] < best && cost.Length == 2 : !front.Exists(f => Dominates(f, cost)));
            if (on[i])
            {
                front.Add(cost);
                best = Math.Min(best, cost[^1]);
            }
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

    private static int Compare(double[] a, double[] b)
    {
        for (int i = 0; i < a.Length; i++)
        {
            if (a[i] != b[i])
            {
                return a[i] < b[i] ? -1 : 1;
            }
        }
        return 0;
    }
}
