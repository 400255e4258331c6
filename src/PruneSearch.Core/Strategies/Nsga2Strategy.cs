namespace PruneSearch.Core.Strategies;

/// <summary>
/// NSGA-II (Deb et al. 2002), without generations so that no slot waits: every proposal is a child of the best so far by non-dominated
/// rank and crowding. Parents win a tournament of two; each hyperparameter comes from one of them (uniform crossover) or, once a configuration on
/// average, from anywhere (mutation).
/// </summary>
/// <param name="problem">What to solve.</param>
/// <param name="population">How many of the best have children, and how many evenly spread configurations come first; at least 4.</param>
internal sealed class Nsga2Strategy(StrategyProblem problem, int population = 50) : ISearchStrategy
{
    private const double Crossover = 0.9;

    private readonly QuasiRandomStrategy _first = new(problem);

    /// <inheritdoc/>
    public IReadOnlyList<Proposal> Propose(StrategyHistory history, int slots)
    {
        var parents = Parents(history);
        return Batch.Of(problem, history, slots, now => parents.Count < 2 || now.Tried.Count < population
            ? _first.Next(now) is { } spread ? Proposed(spread, $"first population, {now.Tried.Count + 1} of {population}") : null
            : Child(now, parents) is { } child ? Proposed(child, $"child of two of the {parents.Count} best") : null);
    }

    // The best first: their order is what a tournament goes by.
    private List<double[]> Parents(StrategyHistory history)
    {
        var finished = history.Tried.Where(t => t is { Last: not null, HasFailed: false }).ToList();
        List<double[]> costs = [.. finished.Select(t => t.Deepest!.Costs.ToArray())];
        var best = new List<double[]>();
        foreach (int[] rank in NonDominatedSort.Ranks(costs, population))
        {
            double[] crowding = NonDominatedSort.Crowding([.. rank.Select(i => costs[i])]);
            best.AddRange(rank.Select((i, at) => (i, crowding[at])).OrderByDescending(p => p.Item2).ThenBy(p => p.i)
                .Take(population - best.Count).Select(p => problem.Space.Encode(finished[p.i].Configuration)));
        }
        return best;
    }

    private Configuration? Child(StrategyHistory history, List<double[]> parents)
    {
        var random = SeededRandom.OfDecision(problem.Seed, 2, history.Trials.Count);
        return Untried.Find(problem.Space, c => history.Find(c) is not null, random, _ =>
        {
            double[] one = Winner(parents, random), other = random.NextDouble() < Crossover ? Winner(parents, random) : one;
            double[] child = new double[one.Length];
            for (int i = 0; i < child.Length; i++)
            {
                double gene = random.NextDouble() < 0.5 ? one[i] : other[i];
                child[i] = double.IsNaN(gene) || random.NextDouble() < 1.0 / child.Length ? random.NextDouble() : gene;
            }
            return problem.Space.At(child);
        });
    }

    private static double[] Winner(List<double[]> parents, SeededRandom random) =>
        parents[Math.Min(random.NextInt(parents.Count), random.NextInt(parents.Count))];

    private Proposal Proposed(Configuration configuration, string why) => new() { Configuration = configuration, Rung = problem.TopRung, Why = why };
}
