using System.Diagnostics;
using PruneSearch.Core.Strategies;

namespace PruneSearch.Bench.Strategies;

/// <summary>A made-up search with many finished trials: how long the next proposal takes.</summary>
internal static class LongSearch
{
    private static readonly SearchSpace Space = new()
    {
        Hyperparameters =
        [
            new RealHyperparameter { Name = "level", From = 0.2, To = 0.9 },
            new ChoiceHyperparameter { Name = "schedule", Values = ["one-shot", "iterative"] },
            new WholeHyperparameter { Name = "iterations", From = 2, To = 6, When = new Condition("schedule", ["iterative"]) },
            new ChoiceHyperparameter { Name = "shape", Values = ["linear", "geometric", "cubic"], When = new Condition("schedule", ["iterative"]) },
            new WholeHyperparameter { Name = "steps", From = 30, To = 960, Log = true },
            new RealHyperparameter { Name = "learning-rate", From = 5e-5, To = 2e-3, Log = true },
            new ChoiceHyperparameter { Name = "criterion", Values = ["obs", "l1-readers", "taylor"] },
            new ChoiceHyperparameter { Name = "distillation", Values = ["0", "0.5", "1"], Ordered = true },
        ],
    };

    /// <summary>Milliseconds of each proposal of a strategy when so many trials are finished, and of processor time on average.</summary>
    public static (double[] Each, double Processor) Milliseconds(StrategyKind kind, int finished, int proposals)
    {
        var problem = new StrategyProblem
        {
            Space = Space,
            Objectives = [new StrategyObjective("map50", 1, Trained: true), new StrategyObjective("latency", 1, Trained: false)],
            Rungs = [0, 0.1, 0.3, 1],
            Seed = 1,
            Price = (c, rung, history) => 2 + 10 * rung - (history.Find(c) is null ? 0 : 2),
        };
        var points = StrategyCatalog.Create(StrategyKind.Random, problem);
        var configurations = points.Propose(StrategyHistory.Empty, finished).Select(p => p.Configuration).ToList();
        var trials = configurations.Select((c, i) => Finished(i, new Proposal { Configuration = c, Rung = i % 10 == 0 ? 3 : i % 4 == 0 ? 1 : 0, Why = "made" }))
            .ToList();
        var strategy = StrategyCatalog.Create(kind, problem);
        var times = new List<double>();
        const int warm = 20; // until the code is compiled for good
        var work = TimeSpan.Zero;
        while (times.Count < warm + proposals)
        {
            var history = new StrategyHistory([.. trials]);
            var before = Environment.CpuUsage.TotalTime;
            long start = Stopwatch.GetTimestamp();
            var proposed = strategy.Propose(history, 1);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            work += times.Count > warm ? Environment.CpuUsage.TotalTime - before : TimeSpan.Zero;
            trials.Add(Finished(trials.Count, proposed[0]));
        }
        return ([times[0], .. times.Skip(warm)], work.TotalMilliseconds / proposals);
    }

    private static Trial Finished(int number, Proposal proposal) => new()
    {
        Number = number,
        Proposal = proposal,
        State = TrialState.Completed,
        Results = [.. Enumerable.Range(0, proposal.Rung + 1).Select(r => new RungResult(r, Costs(proposal.Configuration, r), 2 + 10 * r))],
    };

    private static double[] Costs(Configuration c, int rung)
    {
        double[] at = Space.Encode(c);
        double good = 0.3 * at[5] * (1 - at[5]) + 0.1 * at[6] + 0.2 * at[4];
        return [Math.Clamp(1 - 0.8 * (1 - at[0] * at[0]) - good + 0.3 / (1 + rung), 0, 1), 1 - 0.7 * at[0] + 0.05 * at[6]];
    }
}
