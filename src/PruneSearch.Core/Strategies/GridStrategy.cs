namespace PruneSearch.Core.Strategies;

/// <summary>Every configuration once, each trained to the last rung, in the space's order.</summary>
internal sealed class GridStrategy : ISearchStrategy
{
    private readonly StrategyProblem _problem;
    private readonly Configuration[] _all;

    /// <summary>Lists all configurations of a space whose every dimension has values.</summary>
    /// <param name="problem">What to solve.</param>
    /// <exception cref="ArgumentException">The space has a range of real numbers, or more configurations than anybody would try.</exception>
    public GridStrategy(StrategyProblem problem)
    {
        const int most = 100_000;
        _problem = problem;
        _all = problem.Space.Hyperparameters.FirstOrDefault(h => h.Count is null) is { } endless
            ? throw new ArgumentException($"Hyperparameter '{endless.Name}' is a range: the strategy grid expects a list of values.")
            : problem.Space.Count(most) is null
                ? throw new ArgumentException($"The grid has more than {most} configurations: expected fewer values, or another strategy.")
                : [.. problem.Space.All()];
    }

    /// <inheritdoc/>
    public IReadOnlyList<Proposal> Propose(StrategyHistory history, int slots) => Batch.Of(_problem, history, slots, now =>
        Array.FindIndex(_all, Math.Min(now.Tried.Count, _all.Length), c => now.Find(c) is null) is >= 0 and var place ? Proposed(place)
        : Array.FindIndex(_all, c => now.Find(c) is null) is >= 0 and var earlier ? Proposed(earlier)
        : null);

    private Proposal Proposed(int place) => new() { Configuration = _all[place], Rung = _problem.TopRung, Why = $"{place + 1} of {_all.Length}" };
}
