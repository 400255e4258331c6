namespace PruneSearch.Core.Strategies;

/// <summary>Points of a scrambled Sobol sequence, each trained to the last rung: spread more evenly than chance would, with no other thought.</summary>
/// <param name="problem">What to solve.</param>
internal sealed class QuasiRandomStrategy(StrategyProblem problem) : ISearchStrategy
{
    private readonly SobolSequence _points = new(problem.Space.Hyperparameters.Count, problem.Seed);

    /// <inheritdoc/>
    public IReadOnlyList<Proposal> Propose(StrategyHistory history, int slots) => Batch.Of(problem, history, slots, now =>
        Next(now) is { } configuration
            ? new Proposal { Configuration = configuration, Rung = problem.TopRung, Why = $"point {now.Trials.Count + 1} of an even spread" }
            : null);

    /// <summary>A configuration that has no trial; <see langword="null"/> when all have.</summary>
    public Configuration? Next(StrategyHistory history)
    {
        int first = history.Tried.Count;
        return Untried.Find(
            problem.Space, c => history.Find(c) is not null, SeededRandom.OfDecision(problem.Seed, first),
            attempt => problem.Space.At(_points.At(first + attempt)));
    }
}
