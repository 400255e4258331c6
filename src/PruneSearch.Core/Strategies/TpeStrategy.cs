using PruneSearch.Core.Frontiers;

namespace PruneSearch.Core.Strategies;

/// <summary>
/// Multi-objective tree-structured Parzen estimator (Ozaki, Tanigaki, Watanabe, Nomura, Onishi 2022, "Multiobjective tree-structured Parzen
/// estimator"), multivariate: of configurations drawn from the density of the good ones, the one that is likeliest among them relative to the rest.
/// Good are the first by non-dominated rank, each as heavy as the hypervolume that it adds.
/// </summary>
/// <param name="problem">What to solve.</param>
internal sealed class TpeStrategy(StrategyProblem problem) : ISearchStrategy
{
    private const int Startup = 10, MostGood = 25, Candidates = 24;
    private const double GoodShare = 0.1;

    private readonly QuasiRandomStrategy _first = new(problem);

    /// <inheritdoc/>
    public IReadOnlyList<Proposal> Propose(StrategyHistory history, int slots) => Batch.Of(problem, history, slots, now =>
    {
        var finished = now.Tried.Where(t => t is { Last: not null, HasFailed: false }).ToList();
        if (finished.Count < Startup)
        {
            return _first.Next(now) is { } spread ? Proposed(spread, $"evenly spread, {now.Tried.Count + 1} of {Startup}") : null;
        }
        int good = Math.Min((int)Math.Ceiling(GoodShare * finished.Count), MostGood);
        return Likeliest(now, finished, good) is { } best ? Proposed(best, $"looks like the best {good} of {finished.Count}") : null;
    });

    private Configuration? Likeliest(StrategyHistory history, List<TriedConfiguration> finished, int count)
    {
        List<double[]> costs = [.. finished.Select(t => t.Deepest!.Costs.ToArray())];
        List<int> good = Good(costs, count);
        var isGood = good.ToHashSet();
        // What runs or failed counts as not good, so that many slots do not all try the same.
        List<Configuration> rest =
        [
            .. finished.Where((_, i) => !isGood.Contains(i)).Select(t => t.Configuration),
            .. history.Tried.Where(t => t.Last is null || t.HasFailed).Select(t => t.Configuration),
        ];
        var likely = new ParzenDensity(problem.Space, [.. good.Select(i => finished[i].Configuration)], Weights([.. good.Select(i => costs[i])]));
        var unlikely = new ParzenDensity(problem.Space, rest, null);
        var random = SeededRandom.OfDecision(problem.Seed, 3, history.Trials.Count);
        Configuration? best = null;
        double highest = double.NegativeInfinity;
        for (int i = 0, attempts = 0; i < Candidates && attempts < 20 * Candidates; attempts++)
        {
            var candidate = likely.Draw(random);
            if (history.Find(candidate) is null)
            {
                i++;
                double score = likely.Log(candidate) - unlikely.Log(candidate);
                (best, highest) = score > highest ? (candidate, score) : (best, highest);
            }
        }
        return best ?? Untried.Find(problem.Space, c => history.Find(c) is not null, random, _ => likely.Draw(random));
    }

    // Whole ranks, and of the last one those that add the most hypervolume one after the other.
    private static List<int> Good(List<double[]> costs, int count)
    {
        var good = new List<int>();
        foreach (int[] rank in NonDominatedSort.Ranks(costs, count))
        {
            if (good.Count + rank.Length <= count)
            {
                good.AddRange(rank);
                continue;
            }
            double[] reference = Reference([.. rank.Select(i => costs[i])]);
            var chosen = new List<double[]>();
            var left = rank.ToList();
            while (good.Count < count)
            {
                int next = left.MaxBy(i => Hypervolume.Exclusive(costs[i], chosen, reference));
                good.Add(next);
                chosen.Add(costs[next]);
                left.Remove(next);
            }
        }
        return good;
    }

    private static double[] Weights(List<double[]> costs)
    {
        double[] reference = Reference(costs);
        double[] added = [.. costs.Select((c, i) => Hypervolume.Exclusive(c, [.. costs.Where((_, j) => j != i)], reference))];
        double most = added.Max();
        return [.. added.Select(a => most > 0 ? Math.Max(a / most, 1e-12) : 1)];
    }

    // A little beyond the worst, so that the ends count too.
    private static double[] Reference(List<double[]> costs) =>
    [
        .. Enumerable.Range(0, costs[0].Length).Select(o => costs.Max(c => c[o]))
            .Select(worst => Math.Max(1.1 * worst, 0.9 * worst) + (worst == 0 ? 1e-12 : 0)),
    ];

    private Proposal Proposed(Configuration configuration, string why) => new() { Configuration = configuration, Rung = problem.TopRung, Why = why };
}
