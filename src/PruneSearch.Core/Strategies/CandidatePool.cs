namespace PruneSearch.Core.Strategies;

/// <summary>An untried configuration with its place in the unit cube.</summary>
internal readonly record struct Candidate(Configuration Configuration, double[] Point);

/// <summary>Untried configurations that are worth a look: all of a small space; of a large one some anywhere and neighbours of the frontier.</summary>
/// <param name="problem">What to solve.</param>
internal sealed class CandidatePool(StrategyProblem problem)
{
    private const int Small = 10_000, Most = 2000, Fewest = 300, MostComparisons = 120_000;

    private readonly SearchSpace _space = problem.Space;
    private readonly Lazy<Candidate[]?> _all = new(() =>
        problem.Space.Count(Small) is null ? null : [.. problem.Space.All().Select(c => new Candidate(c, problem.Space.Encode(c)))]);

    /// <summary>Candidates after a history; what is tried is not among them.</summary>
    /// <param name="history">All trials so far.</param>
    /// <param name="frontier">Encoded configurations of the best results.</param>
    /// <param name="compared">How many comparisons each candidate takes: the more, the fewer candidates.</param>
    public IReadOnlyList<Candidate> Candidates(StrategyHistory history, IReadOnlyList<double[]> frontier, int compared)
    {
        int most = MostComparisons / Math.Max(compared, 1);
        if (_all.Value is { } all && all.Length - history.Tried.Count <= Math.Max(most, Fewest))
        {
            return [.. all.Where(c => history.Find(c.Configuration) is null)];
        }
        most = Math.Clamp(most, Fewest, Most);
        var random = SeededRandom.OfDecision(problem.Seed, 4, history.Trials.Count);
        var candidates = new Dictionary<Configuration, double[]>();
        int dimensions = _space.Hyperparameters.Count;
        for (int i = 0; i < most; i++)
        {
            double[] point = new double[dimensions];
            double[]? near = i < most / 2 || frontier.Count == 0 ? null : frontier[random.NextInt(frontier.Count)];
            double[]? other = near is not null && random.NextDouble() < 0.3 ? frontier[random.NextInt(frontier.Count)] : near;
            double moved = Math.Min(1, (1 + random.NextInt(3)) / (double)dimensions), width = 0.02 + 0.2 * random.NextDouble();
            for (int d = 0; d < dimensions; d++)
            {
                double from = near is null ? double.NaN : random.NextDouble() < 0.5 ? near[d] : other![d];
                point[d] = double.IsNaN(from) ? random.NextDouble()
                    : random.NextDouble() >= moved ? from
                    : _space.Hyperparameters[d] is ChoiceHyperparameter ? random.NextDouble()
                    : Math.Clamp(from + width * random.NextNormal(), 0, 1);
            }
            var configuration = _space.At(point);
            if (history.Find(configuration) is null && !candidates.ContainsKey(configuration))
            {
                candidates.Add(configuration, _space.Encode(configuration));
            }
        }
        return [.. candidates.Select(c => new Candidate(c.Key, c.Value))];
    }
}
