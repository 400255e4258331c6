namespace PruneSearch.Core.Strategies;

/// <summary>
/// Asynchronous successive halving for several objectives (Schmucker, Donini, Zafar, Salinas, Archambeau 2021, "Multi-objective asynchronous
/// successive halving"): evenly spread configurations begin at rung 0; the best third of each rung, by non-dominated rank and then by spread,
/// goes on to the next, from where its training stopped.
/// </summary>
/// <param name="problem">What to solve.</param>
/// <param name="reduction">One of how many is promoted, above 1.</param>
internal sealed class AshaStrategy(StrategyProblem problem, double reduction = 3) : ISearchStrategy
{
    private readonly QuasiRandomStrategy _new = new(problem);

    /// <inheritdoc/>
    public IReadOnlyList<Proposal> Propose(StrategyHistory history, int slots)
    {
        var promotions = new Queue<Proposal>(Promotions(history));
        return Batch.Of(problem, history, slots, now => promotions.TryDequeue(out var promotion) ? promotion
            : _new.Next(now) is { } configuration ? new Proposal { Configuration = configuration, Rung = 0, Why = "a new one, evenly spread" }
            : null);
    }

    // From the top: what is nearly done comes first.
    private IEnumerable<Proposal> Promotions(StrategyHistory history)
    {
        for (int rung = problem.TopRung - 1; rung >= 0; rung--)
        {
            var there = history.Tried.Where(t => t.At(rung) is not null).ToList();
            int best = (int)(there.Count / reduction);
            foreach (var t in Best(there, rung, best))
            {
                if (t is { HasFailed: false, IsRunning: false, Last: { } last } && t.Asked == rung)
                {
                    yield return new Proposal
                    {
                        Configuration = t.Configuration,
                        Rung = rung + 1,
                        Continues = last.Number,
                        Why = $"among the best {best} of {there.Count} at rung {rung}",
                    };
                }
            }
        }
    }

    private static IEnumerable<TriedConfiguration> Best(List<TriedConfiguration> there, int rung, int count)
    {
        List<double[]> costs = [.. there.Select(t => t.At(rung)!.Costs.ToArray())];
        foreach (int[] rank in NonDominatedSort.Ranks(costs, count))
        {
            int[] first = count >= rank.Length ? rank : [.. NonDominatedSort.Spread([.. rank.Select(p => costs[p])], count).Select(p => rank[p])];
            foreach (int i in first)
            {
                yield return there[i];
            }
            count -= rank.Length;
        }
    }
}
