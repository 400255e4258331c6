namespace PruneSearch.Core.Strategies.Surrogates;

/// <summary>Finds what improves the frontier the most for a second of work, after one history and the proposals that were made since.</summary>
internal sealed class ImprovementSearch
{
    private const int AtLeast = 16, AtMost = 128;

    private readonly StrategyProblem _problem;
    private readonly CostModel?[] _models;
    private readonly List<double[]> _costs = [];
    private readonly HashSet<Configuration> _awaited = [];
    private readonly Dictionary<Configuration, double[]> _points = [];
    private readonly double[] _reference;
    private readonly IReadOnlyList<(TriedConfiguration Tried, IReadOnlyList<RungResult> Results)> _remembered;
    private ExpectedImprovement _improvement;

    public ImprovementSearch(StrategyProblem problem, StrategyHistory history, KernelCache kernels)
    {
        _problem = problem;
        _reference = [.. problem.Objectives.Select(o => o.Reference)];
        _remembered = Remembered.Of(history);
        var seen = history.Tried.SelectMany(t => t.Results.Select(r => (Costs: r.Costs.ToArray(), t.Configuration))).ToList();
        _costs.AddRange(seen.Select(s => s.Costs));
        _improvement = new ExpectedImprovement(_costs, _reference);
        var best = _improvement.Frontier.ToHashSet<object>(ReferenceEqualityComparer.Instance);
        Frontier = [.. seen.Where(s => best.Contains(s.Costs)).Select(s => s.Configuration).Distinct().Select(Point)];
        bool[] known = [.. Known(history.Tried[0].Configuration).Select(k => k is not null)];
        _models = [.. problem.Objectives.Select((_, o) => known[o] ? null : Model(history, o, kernels))];
        foreach (var trial in history.Trials.Where(t => t.State == TrialState.Running))
        {
            Await(history, trial.Configuration, trial.Rung);
        }
    }

    /// <summary>Configurations that each candidate is compared with.</summary>
    public int Compared => _models.Count(m => m is not null) * _remembered.Count;

    /// <summary>Encoded configurations with a result on the frontier.</summary>
    public IReadOnlyList<double[]> Frontier { get; }

    /// <summary>The best proposal; <see langword="null"/> when nothing is left.</summary>
    /// <param name="history">All trials, those of this batch too.</param>
    /// <param name="candidates">Untried configurations.</param>
    public Proposal? Best(StrategyHistory history, IReadOnlyList<Candidate> candidates)
    {
        foreach (var trial in history.Trials.Where(t => t.State == TrialState.Running && !_awaited.Contains(t.Configuration)).ToList())
        {
            Await(history, trial.Configuration, trial.Rung);
        }
        var choices = new List<Choice>();
        foreach (var candidate in candidates)
        {
            choices.Add(Rough(history, candidate, null));
        }
        foreach (var tried in history.Tried)
        {
            if (tried is { IsRunning: false, HasFailed: false, Last: not null } && tried.Asked < _problem.TopRung)
            {
                choices.Add(Rough(history, new Candidate(tried.Configuration, Point(tried.Configuration)), tried));
            }
        }
        // A rough score is hardly ever below the exact one: what comes after one that is exact and larger need not be looked at.
        Choice[] order = [.. choices.OrderByDescending(c => c.Score)];
        Choice? best = null;
        for (int i = 0; i < order.Length && !(i >= AtLeast && best!.Value.Score >= order[i].Score) && i < AtMost; i++)
        {
            var exact = Exact(history, order[i]);
            best = best is null || exact.Score > best.Value.Score ? exact : best;
        }
        return best is { Score: > 0 } b ? Proposed(b) : null;
    }

    private static Proposal Proposed(Choice choice)
    {
        int rung = choice.Tried is { } tried ? tried.Asked + 1 : 0;
        return new Proposal
        {
            Configuration = choice.Candidate.Configuration,
            Rung = rung,
            Continues = choice.Tried?.Last!.Number,
            Why = FormattableString.Invariant($"expected to add {choice.Gain:G2} to the hypervolume by rung {choice.Rung}"),
        };
    }

    private Choice Rough(StrategyHistory history, Candidate candidate, TriedConfiguration? tried) => Score(history, candidate, tried, exact: false);

    private Choice Exact(StrategyHistory history, Choice choice) => Score(history, choice.Candidate, choice.Tried, exact: true);

    private Choice Score(StrategyHistory history, Candidate candidate, TriedConfiguration? tried, bool exact)
    {
        var beliefs = new Belief[_models.Length];
        var known = Known(candidate.Configuration);
        var best = new Choice(candidate, tried, 0, 0, double.NegativeInfinity);
        double[]?[] covariances = [.. _models.Select(m => m?.Covariances(candidate.Point))];
        for (int rung = tried is null ? 0 : tried.Asked + 1; rung <= _problem.TopRung; rung++)
        {
            for (int o = 0; o < beliefs.Length; o++)
            {
                if (_models[o] is not { } model)
                {
                    beliefs[o] = Belief.Known(known[o] ?? _reference[o]);
                }
                else if (!_problem.Objectives[o].Trained && tried?.Deepest is { } seen)
                {
                    beliefs[o] = Belief.Known(seen.Costs[o]);
                }
                else
                {
                    int at = _problem.Objectives[o].Trained ? rung : 0;
                    beliefs[o] = exact ? model.Exact(covariances[o]!, at) : model.Rough(covariances[o]!, at);
                }
            }
            double gain = _improvement.Of(beliefs), price = Math.Max(_problem.Price?.Invoke(candidate.Configuration, rung, history) ?? 1, 1e-3);
            best = gain / price > best.Score ? new Choice(candidate, tried, rung, gain, gain / price) : best;
        }
        return best;
    }

    private void Await(StrategyHistory history, Configuration configuration, int rung)
    {
        _awaited.Add(configuration);
        double[] point = Point(configuration);
        var known = Known(configuration);
        var seen = history.Find(configuration)?.Deepest;
        double[] costs = new double[_models.Length];
        for (int o = 0; o < costs.Length; o++)
        {
            costs[o] = _models[o] is not { } model ? known[o] ?? _reference[o]
                : !_problem.Objectives[o].Trained && seen is not null ? seen.Costs[o]
                : model.Await(point, _problem.Objectives[o].Trained ? rung : 0).Median;
        }
        _costs.Add(costs);
        _improvement = new ExpectedImprovement(_costs, _reference);
    }

    private CostModel Model(StrategyHistory history, int objective, KernelCache kernels)
    {
        var learned = history.Trials.Take(KernelCache.Learned(history.Trials.Count)).Where(t => t.State != TrialState.Running);
        var kernel = kernels.Of(objective, [.. learned.Where(t => t.Proposal.Continues is null || _problem.Objectives[objective].Trained)
            .SelectMany(t => Observations(t.Configuration, t.Results, objective))]);
        return new CostModel([.. _remembered.SelectMany(r => Observations(r.Tried.Configuration, r.Results, objective))], _problem.Rungs.Count, kernel);
    }

    // What training does not change is seen once.
    private IEnumerable<Observation> Observations(Configuration configuration, IEnumerable<RungResult> results, int objective) =>
        _problem.Objectives[objective].Trained
            ? results.Select(r => new Observation(Point(configuration), r.Rung, r.Costs[objective]))
            : results.Take(1).Select(r => new Observation(Point(configuration), 0, r.Costs[objective]));

    private IReadOnlyList<double?> Known(Configuration configuration) =>
        _problem.Known?.Invoke(configuration) ?? [.. _problem.Objectives.Select(_ => (double?)null)];

    private double[] Point(Configuration configuration) =>
        _points.TryGetValue(configuration, out double[]? point) ? point : _points[configuration] = _problem.Space.Encode(configuration);

    private readonly record struct Choice(Candidate Candidate, TriedConfiguration? Tried, int Rung, double Gain, double Score);
}
