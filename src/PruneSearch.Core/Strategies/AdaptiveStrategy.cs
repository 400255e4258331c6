using PruneSearch.Core.Strategies.Surrogates;

namespace PruneSearch.Core.Strategies;

/// <summary>
/// Puts each second of work where it is expected to gain the most: proposes the configuration and the rung with the largest expected
/// hypervolume improvement per second of new work, by a Gaussian process for each objective that is not known beforehand, over everything
/// that was seen at any rung. A new configuration is looked at one rung at a time, and goes on as long as that is the best that can be done.
/// </summary>
/// <param name="problem">What to solve.</param>
internal sealed class AdaptiveStrategy(StrategyProblem problem) : ISearchStrategy
{
    private readonly QuasiRandomStrategy _first = new(problem);
    private readonly CandidatePool _pool = new(problem);
    private readonly KernelCache _kernels = new(problem);

    private int Dimensions => problem.Space.Hyperparameters.Count;

    /// <summary>Configurations that are spread evenly before a model is worth asking: more where most of them are only looked at.</summary>
    private int Spread => problem.TopRung == 0 ? Math.Clamp(Dimensions, 6, 10) : Math.Clamp(2 * Dimensions, 6, 16);

    private int SpreadToTop => problem.TopRung == 0 ? Spread : 3;

    /// <inheritdoc/>
    public IReadOnlyList<Proposal> Propose(StrategyHistory history, int slots)
    {
        ArgumentNullException.ThrowIfNull(history);
        ImprovementSearch? search = null;
        return Batch.Of(problem, history, slots, now =>
        {
            if (now.Tried.Count < Spread || !now.Tried.Any(t => t.Results.Count > 0 && t.Results.All(Remembered.IsWhole)))
            {
                return _first.Next(now) is { } spread ? Spreading(spread, now.Tried.Count) : null;
            }
            search ??= new ImprovementSearch(problem, now, _kernels);
            return search.Best(now, _pool.Candidates(now, search.Frontier, search.Compared)) is { } best ? best : Rest(now);
        });
    }

    private Proposal Spreading(Configuration configuration, int number) => new()
    {
        Configuration = configuration,
        Rung = number < SpreadToTop ? problem.TopRung : 0,
        Why = $"evenly spread, {number + 1} of {Spread}",
    };

    private Proposal? Rest(StrategyHistory history) => _first.Next(history) is { } configuration
        ? new Proposal { Configuration = configuration, Rung = 0, Why = "nothing is expected to improve: a new one, evenly spread" }
        : null;
}
