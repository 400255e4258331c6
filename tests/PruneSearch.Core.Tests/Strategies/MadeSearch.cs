using PruneSearch.Core.Strategies;

namespace PruneSearch.Core.Tests.Strategies;

/// <summary>A search with made results: what a trial gives is a function of its configuration, when it gives it is chance.</summary>
internal sealed class MadeSearch
{
    private readonly Random _order;
    private readonly List<Trial> _trials = [];

    public MadeSearch(StrategyKind kind, int seed, bool small = false, int order = 0)
    {
        _order = new Random(100 * seed + order);
        Problem = new StrategyProblem
        {
            Space = new SearchSpace { Hyperparameters = [.. Hyperparameters(small, ranges: kind != StrategyKind.Grid)] },
            Objectives = [new StrategyObjective("map50", 1, Trained: true), new StrategyObjective("macs", 1, Trained: false)],
            Rungs = [0, 30, 90, 270],
            Seed = seed,
            Known = seed % 2 == 0 ? c => [null, Macs(c)] : null,
            Price = seed == 1 ? null : (c, rung, history) => Enumerable.Range(0, rung + 1).Sum(r => history.Find(c)?.At(r) is null ? 1 + r : 0),
        };
    }

    public StrategyProblem Problem { get; }

    public StrategyHistory History => field is { } h && h.Trials.Count == _trials.Count && h.Trials.SequenceEqual(_trials) ? h : field = new([.. _trials]);

    /// <summary>The same history as another process would read it.</summary>
    public StrategyHistory Copy() => new([.. _trials.Select(t => t with
    {
        Proposal = t.Proposal with { Configuration = Configuration.Parse(t.Configuration.ToString()) },
    })]);

    public void Launch(IReadOnlyList<Proposal> proposals)
    {
        foreach (var proposal in proposals)
        {
            _trials.Add(new Trial { Number = _trials.Count, Proposal = proposal });
        }
    }

    /// <summary>Some open trials pass rungs, end or fail.</summary>
    public void Happen()
    {
        for (int i = 0; i < _trials.Count; i++)
        {
            if (_trials[i].State == TrialState.Running && _order.Next(3) == 0)
            {
                Pass(i, _order.Next(2) == 0 ? _trials[i].Rung : First(_trials[i]));
            }
        }
    }

    public void FinishAll()
    {
        for (int i = 0; i < _trials.Count; i++)
        {
            if (_trials[i].State == TrialState.Running)
            {
                Pass(i, _trials[i].Rung);
            }
        }
    }

    /// <summary>Whether proposals are what the contract says.</summary>
    public void RequireNew(IReadOnlyList<Proposal> proposals)
    {
        var history = History;
        foreach (var p in proposals)
        {
            Assert.True(Problem.Space.Contains(p.Configuration), p.Configuration.ToString());
            Assert.InRange(p.Rung, 0, Problem.TopRung);
            Assert.False(string.IsNullOrWhiteSpace(p.Why));
            var tried = history.Find(p.Configuration);
            if (p.Continues is { } number)
            {
                Assert.Equal(TrialState.Completed, history.Trials[number].State);
                Assert.Equal(p.Configuration, history.Trials[number].Configuration);
                Assert.True(p.Rung > tried!.Asked);
                Assert.False(tried.HasFailed);
                Assert.False(tried.IsRunning);
            }
            else
            {
                Assert.Null(tried);
            }
        }
    }

    private void Pass(int number, int rung)
    {
        var trial = _trials[number];
        bool fails = Hash(trial.Configuration, 7) < 0.1 && rung == trial.Rung;
        _trials[number] = trial with
        {
            State = fails ? TrialState.Failed : rung == trial.Rung ? TrialState.Completed : TrialState.Running,
            Results =
            [
                .. Enumerable.Range(First(trial), rung - First(trial) + (fails ? 0 : 1)).Select(r => new RungResult(r, Costs(trial.Configuration, r), 1 + r)),
            ],
        };
    }

    private int First(Trial trial) => trial.Proposal.Continues is { } number ? _trials[number].Rung + 1 : 0;

    // A few accuracies are undefined.
    private double[] Costs(Configuration c, int rung) =>
        [Hash(c, 5) < 0.05 ? double.NaN : Math.Min(1, 0.2 + 0.3 * Hash(c, 1) + 0.6 / (1 + rung) - 0.3 * Macs(c)), Macs(c)];

    private double Macs(Configuration c) => 1 - 0.9 * Problem.Space.Encode(c)[0] + 0.01 * Hash(c, 2);

    private static double Hash(Configuration c, int salt) => new Random(HashOf(c.ToString(), salt)).NextDouble();

    private static int HashOf(string text, int salt) => text.Aggregate(salt, (hash, letter) => unchecked(hash * 31 + letter));

    private static IEnumerable<Hyperparameter> Hyperparameters(bool small, bool ranges)
    {
        yield return ranges && !small
            ? new RealHyperparameter { Name = "level", From = 0.2, To = 0.9 }
            : new ChoiceHyperparameter { Name = "level", Values = ["0.2", "0.4", "0.6"], Ordered = true };
        yield return new ChoiceHyperparameter { Name = "schedule", Values = ["one-shot", "iterative"] };
        yield return new WholeHyperparameter { Name = "iterations", From = 2, To = 4, When = new Condition("schedule", ["iterative"]) };
        if (!small)
        {
            yield return ranges
                ? new RealHyperparameter { Name = "learning-rate", From = 5e-5, To = 2e-3, Log = true }
                : new ChoiceHyperparameter { Name = "learning-rate", Values = ["0.0001", "0.0003", "0.001"], Ordered = true };
            yield return new ChoiceHyperparameter { Name = "criterion", Values = ["obs", "l1-readers", "taylor"] };
        }
    }
}
