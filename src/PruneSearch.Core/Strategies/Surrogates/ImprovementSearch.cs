namespace PruneSearch.Core.Strategies.Surrogates;

/// <summary>Finds what improves the frontier the most for a second of work, after one history and the proposals that were made since.</summary>
internal sealed class ImprovementSearch
{
    private const int AtLeast = 12, AtMost = 60;

    private readonly StrategyProblem _problem;
    private readonly CostModel?[] _models;
    private readonly List<double[]> _costs = [];
    private readonly HashSet<Configuration> _awaited = [];
    private readonly Dictionary<Configuration, double[]> _points = [];
    private readonly double[] _reference;
    private readonly StrategyGoal? _goal;
    private readonly IReadOnlyList<(TriedConfiguration Tried, IReadOnlyList<RungResult> Results)> _remembered;
    private ExpectedImprovement _improvement;

    public ImprovementSearch(StrategyProblem problem, StrategyHistory history, KernelCache kernels)
    {
        _problem = problem;
        _goal = history.Goal;
        _reference = _goal?.References(problem.Objectives) ?? [.. problem.Objectives.Select(o => o.Reference)];
        _remembered = Remembered.Of(history);
        var seen = history.Tried.SelectMany(t => t.Results.Select(r => (Costs: r.Costs.ToArray(), t.Configuration))).ToList();
        _costs.AddRange(seen.Select(s => s.Costs));
        _improvement = new ExpectedImprovement(_costs, _reference, _goal?.Best);
        // Where nothing keeps to the goal's bounds yet, what will is near the whole frontier.
        var near = _improvement.Frontier is { Count: > 0 } found ? found
            : new ExpectedImprovement(_costs, [.. problem.Objectives.Select(o => o.Reference)]).Frontier;
        var best = near.ToHashSet<object>(ReferenceEqualityComparer.Instance);
        Frontier = [.. seen.Where(s => best.Contains(s.Costs)).Select(s => s.Configuration).Distinct().Select(Point)];
        bool[] known = [.. Known(history.Tried[0].Configuration).Select(k => k is not null)];
        _models = [.. problem.Objectives.Select((_, o) => known[o] ? null : Model(history, o, kernels))];
        foreach (var trial in history.Trials.Where(t => t.State == TrialState.Running))
        {
            Await(history, trial.Configuration, trial.Rung);
        }
    }

    /// <summary>Comparisons with what was seen that each candidate takes.</summary>
    public int Compared => _models.Sum(m => m?.Compared ?? 0);

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
        foreach (var tried in _remembered.Select(r => history.Find(r.Tried.Configuration)!))
        {
            if (tried is { IsRunning: false, HasFailed: false, Last: not null } && tried.Asked < _problem.TopRung)
            {
                choices.Add(Rough(history, new Candidate(tried.Configuration, Point(tried.Configuration)), tried));
            }
        }
        // A rough score is hardly ever below the exact one: what comes after one that is exact and larger need not be looked at.
        Choice[] order = [.. choices.OrderByDescending(c => c.Score)];
        Choice? best = null;
        for (int i = 0; i < order.Length && !(i >= AtLeast && best!.Score >= order[i].Score) && i < AtMost; i++)
        {
            var exact = Score(history, order[i], exact: true);
            best = best is null || exact.Score > best.Score ? exact : best;
        }
        return best is { Score: > 0 } ? Proposed(history, best) : null;
    }

    // What others have done already is no news: the first rung that takes work.
    private int Next(StrategyHistory history, Candidate candidate, TriedConfiguration? tried)
    {
        int rung = tried is null ? 0 : tried.Asked + 1;
        while (rung < _problem.TopRung && _problem.Price?.Invoke(candidate.Configuration, rung, history) <= 0)
        {
            rung++;
        }
        return rung;
    }

    private Proposal Proposed(StrategyHistory history, Choice choice)
    {
        int rung = Next(history, choice.Candidate, choice.Tried);
        return new Proposal
        {
            Configuration = choice.Candidate.Configuration,
            Rung = rung,
            Continues = choice.Tried?.Last!.Number,
            Why = FormattableString.Invariant($"expected to {(_goal?.Best is { } sought
                ? FormattableString.Invariant($"take {choice.Gain:G2} off {_problem.Objectives[sought].Name}")
                : FormattableString.Invariant($"add {choice.Gain:G2} to the hypervolume"))}{(_goal is null ? "" : " within the goal")} by rung {choice.Rung}"),
        };
    }

    private Choice Rough(StrategyHistory history, Candidate candidate, TriedConfiguration? tried)
    {
        double[]?[] covariances = new double[_models.Length][];
        for (int o = 0; o < _models.Length; o++)
        {
            covariances[o] = _models[o]?.Covariances(candidate.Point);
        }
        return Score(history, new Choice(candidate, tried, Known(candidate.Configuration), covariances, 0, 0, 0), exact: false);
    }

    private Choice Score(StrategyHistory history, Choice choice, bool exact)
    {
        var beliefs = new Belief[_models.Length];
        var (candidate, tried, known, covariances) = (choice.Candidate, choice.Tried, choice.Known, choice.Covariances);
        var best = choice with { Score = double.NegativeInfinity };
        // A new one is worth what it gives at once, or in the end.
        int first = Next(history, candidate, tried), step = tried is null ? Math.Max(_problem.TopRung - first, 1) : 1;
        for (int rung = first; rung <= _problem.TopRung; rung += step)
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
            best = gain / price > best.Score ? best with { Rung = rung, Gain = gain, Score = gain / price } : best;
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
        _improvement = new ExpectedImprovement(_costs, _reference, _goal?.Best);
    }

    private CostModel Model(StrategyHistory history, int objective, KernelCache kernels)
    {
        var learned = history.Trials.Take(KernelCache.Learned(history.Trials.Count))
            .Where(t => t.State != TrialState.Running && t.Results.All(Remembered.IsWhole));
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

    private sealed record Choice(
        Candidate Candidate, TriedConfiguration? Tried, IReadOnlyList<double?> Known, double[]?[] Covariances, int Rung, double Gain, double Score);
}
