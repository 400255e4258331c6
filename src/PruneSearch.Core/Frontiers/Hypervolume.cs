namespace PruneSearch.Core.Frontiers;

/// <summary>
/// The exact volume that points dominate, up to a reference point. Sliced along the last objective; each slice grows by what
/// the next point alone adds to it, as in the exclusive hypervolumes of While, Bradstreet and Barone, "A fast way of calculating
/// exact hypervolumes", IEEE Transactions on Evolutionary Computation 16(1), 2012. Meant for up to four objectives.
/// </summary>
public static class Hypervolume
{
    /// <summary>The volume that <paramref name="costs"/> dominate together.</summary>
    /// <param name="costs">One row a point; smaller is better. Points that are not better than the reference in every objective add nothing.</param>
    /// <param name="reference">One cost an objective, at least one.</param>
    public static double Of(IReadOnlyList<double[]> costs, double[] reference) =>
        Of([.. costs.Where(c => IsBetter(c, reference, reference.Length))], reference, reference.Length);

    /// <summary>The part of a point's volume that none of the others dominates.</summary>
    /// <param name="reference">One cost an objective, at least one.</param>
    public static double Exclusive(double[] cost, IReadOnlyList<double[]> others, double[] reference) =>
        IsBetter(cost, reference, reference.Length)
            ? Exclusive(cost, others.Where(c => IsBetter(c, reference, reference.Length)), reference, reference.Length)
            : 0;

    // Only the first objectives count here and below.
    private static double Of(List<double[]> costs, double[] reference, int objectives)
    {
        if (costs.Count == 0)
        {
            return 0;
        }
        if (objectives == 1)
        {
            return reference[0] - costs.Min(c => c[0]);
        }
        costs.Sort((a, b) => a[objectives - 1].CompareTo(b[objectives - 1]));
        var slice = new List<double[]>();
        double total = 0, area = 0;
        for (int i = 0; i < costs.Count; i++)
        {
            if (objectives == 2)
            {
                area = Math.Max(area, reference[0] - costs[i][0]);
            }
            else if (!slice.Exists(s => Covers(s, costs[i], objectives - 1)))
            {
                area += Exclusive(costs[i], slice, reference, objectives - 1);
                slice.RemoveAll(s => Covers(costs[i], s, objectives - 1));
                slice.Add(costs[i]);
            }
            double next = i + 1 < costs.Count ? costs[i + 1][objectives - 1] : reference[objectives - 1];
            total += area * (next - costs[i][objectives - 1]);
        }
        return total;
    }

    private static double Exclusive(double[] cost, IEnumerable<double[]> others, double[] reference, int objectives)
    {
        double inclusive = 1;
        for (int i = 0; i < objectives; i++)
        {
            inclusive *= reference[i] - cost[i];
        }
        // The others as far as they reach into this point's box; those that another one covers there add nothing.
        var limited = new List<double[]>();
        foreach (double[] other in others)
        {
            double[] limit = [.. Enumerable.Range(0, objectives).Select(i => Math.Max(cost[i], other[i]))];
            if (!limited.Exists(l => Covers(l, limit, objectives)))
            {
                limited.RemoveAll(l => Covers(limit, l, objectives));
                limited.Add(limit);
            }
        }
        return inclusive - Of(limited, reference, objectives);
    }

    private static bool IsBetter(double[] cost, double[] reference, int objectives)
    {
        for (int i = 0; i < objectives; i++)
        {
            if (!(cost[i] < reference[i]))
            {
                return false;
            }
        }
        return true;
    }

    // Nowhere worse.
    private static bool Covers(double[] a, double[] b, int objectives)
    {
        for (int i = 0; i < objectives; i++)
        {
            if (a[i] > b[i])
            {
                return false;
            }
        }
        return true;
    }
}
