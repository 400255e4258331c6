using PruneSearch.Core.Frontiers;

namespace PruneSearch.Core.Strategies;

/// <summary>
/// Ranks of points: 0 for those that no other beats, 1 for those that only those of rank 0 beat, and so on (Deb et al. 2002, "A fast and
/// elitist multiobjective genetic algorithm: NSGA-II").
/// </summary>
internal static class NonDominatedSort
{
    /// <summary>Places of the points by rank, best rank first, until at least <paramref name="enough"/> are ranked.</summary>
    /// <param name="costs">One row a point.</param>
    /// <param name="enough">How many points are needed.</param>
    public static List<int[]> Ranks(IReadOnlyList<double[]> costs, int enough = int.MaxValue)
    {
        return costs.Count > 0 && costs[0].Length == 2 ? RanksOfTwo(costs, enough) : RanksOfMany(costs, enough);
    }

    // In lexicographic order a point is beaten by those of a rank before it exactly when one of them has no larger second cost.
    private static List<int[]> RanksOfTwo(IReadOnlyList<double[]> costs, int enough)
    {
        int[] order = [.. Enumerable.Range(0, costs.Count).Where(i => !double.IsNaN(costs[i][0]) && !double.IsNaN(costs[i][1]))];
        Array.Sort(order, (a, b) => costs[a][0] != costs[b][0] ? costs[a][0].CompareTo(costs[b][0])
            : costs[a][1] != costs[b][1] ? costs[a][1].CompareTo(costs[b][1]) : a.CompareTo(b));
        var ranks = new List<List<int>>();
        var best = new List<double>(); // of the second cost by rank: it grows from rank to rank
        int rank = 0;
        for (int i = 0; i < order.Length; i++)
        {
            double[] cost = costs[order[i]];
            if (i == 0 || !costs[order[i - 1]].AsSpan().SequenceEqual(cost))
            {
                int low = 0, high = best.Count;
                while (low < high)
                {
                    int middle = (low + high) / 2;
                    (low, high) = best[middle] > cost[1] ? (low, middle) : (middle + 1, high);
                }
                rank = low;
                if (rank == best.Count)
                {
                    best.Add(cost[1]);
                    ranks.Add([]);
                }
                best[rank] = cost[1];
            }
            ranks[rank].Add(order[i]);
        }
        if (order.Length < costs.Count)
        {
            ranks.Add([.. Enumerable.Range(0, costs.Count).Except(order)]);
        }
        int needed = 0, ranked = 0;
        for (; needed < ranks.Count && ranked < enough; needed++)
        {
            ranked += ranks[needed].Count;
        }
        return [.. ranks.Take(needed).Select(r => r.Order().ToArray())];
    }

    private static List<int[]> RanksOfMany(IReadOnlyList<double[]> costs, int enough)
    {
        var ranks = new List<int[]>();
        int[] left = [.. Enumerable.Range(0, costs.Count)];
        for (int ranked = 0; left.Length > 0 && ranked < enough;)
        {
            bool[] on = ParetoFrontier.Of([.. left.Select(i => costs[i])]);
            // Points with a NaN are on no frontier: they share the last rank.
            ranks.Add(on.Any(o => o) ? [.. left.Where((_, i) => on[i])] : left);
            ranked += ranks[^1].Length;
            left = on.Any(o => o) ? [.. left.Where((_, i) => !on[i])] : [];
        }
        return ranks;
    }

    /// <summary>
    /// Crowding distance of each point among its like: the sum over objectives of how far apart its neighbours are, relative to the range;
    /// infinity at the ends.
    /// </summary>
    public static double[] Crowding(IReadOnlyList<double[]> costs)
    {
        double[] distance = new double[costs.Count];
        int objectives = costs.Count == 0 ? 0 : costs[0].Length;
        for (int o = 0; o < objectives; o++)
        {
            int[] order = [.. Enumerable.Range(0, costs.Count).OrderBy(i => costs[i][o]).ThenBy(i => i)];
            double range = costs[order[^1]][o] - costs[order[0]][o];
            distance[order[0]] = distance[order[^1]] = double.PositiveInfinity;
            for (int i = 1; i < order.Length - 1 && range > 0; i++)
            {
                distance[order[i]] += (costs[order[i + 1]][o] - costs[order[i - 1]][o]) / range;
            }
        }
        return distance;
    }

    /// <summary>
    /// The points in the order in which each is farthest from those before it (a greedy ε-net), after the best of the first objective: the first
    /// few are spread over all of them.
    /// </summary>
    public static int[] Spread(IReadOnlyList<double[]> costs, int count)
    {
        int objectives = costs[0].Length;
        double[] ranges = [.. Enumerable.Range(0, objectives).Select(o => Math.Max(costs.Max(c => c[o]) - costs.Min(c => c[o]), 1e-300))];
        double[] nearest = new double[costs.Count];
        Array.Fill(nearest, double.PositiveInfinity);
        int[] order = new int[Math.Min(count, costs.Count)];
        int next = Enumerable.Range(0, costs.Count).MinBy(i => costs[i][0]);
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = next;
            nearest[next] = double.NegativeInfinity;
            int farthest = 0;
            for (int j = 0; j < costs.Count; j++)
            {
                double squared = 0;
                for (int o = 0; o < objectives; o++)
                {
                    double difference = (costs[j][o] - costs[next][o]) / ranges[o];
                    squared += difference * difference;
                }
                nearest[j] = Math.Min(nearest[j], squared);
                farthest = nearest[j] > nearest[farthest] ? j : farthest;
            }
            next = farthest;
        }
        return order;
    }
}
