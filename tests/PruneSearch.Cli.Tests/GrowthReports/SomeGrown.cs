using PruneSearch.Cli.GrowthReports;
using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Strategies;

namespace PruneSearch.Cli.Tests.GrowthReports;

/// <summary>A made-up search with rungs: accuracy falls with the level and rises with training. Its figures are no measurements.</summary>
internal static class SomeGrown
{
    public static readonly SearchSpace Space = new()
    {
        Hyperparameters =
        [
            new ChoiceHyperparameter { Name = "schedule", Values = ["one-shot", "iterative"] },
            new RealHyperparameter { Name = "level", From = 0.2, To = 0.9 },
            new WholeHyperparameter { Name = "iterations", From = 1, To = 6, When = new Condition("schedule", ["iterative"]) },
            new WholeHyperparameter { Name = "steps", From = 30, To = 960, Log = true },
            new RealHyperparameter { Name = "learning-rate", From = 5e-5, To = 2e-3, Log = true },
            new ChoiceHyperparameter { Name = "criterion", Values = ["obs", "l1-readers", "taylor"] },
        ],
    };

    public static GrownResults Results(int count)
    {
        var random = new Random(1);
        var trials = Enumerable.Range(0, count).Select(i => Trial(i, Space.At([.. Space.Hyperparameters.Select(_ => random.NextDouble())]), random)).ToList();
        return new GrownResults
        {
            Name = "made-up",
            Space = Space,
            Objectives = [Objective.Map50, Objective.Latency],
            Rungs = [0, 1.0 / 9, 1.0 / 3, 1],
            Trials = trials,
            Names = [.. trials.Select(t => $"p{t.Number}")],
            Curve = [.. Enumerable.Range(0, count).Select(i => new Core.Searches.VolumePoint(40 * i, i, .5 - .3 / (1 + .2 * i)))],
        };
    }

    private static Trial Trial(int number, Configuration configuration, Random random)
    {
        int rung = random.Next(4);
        double level = configuration[1], speed = 1 + 1.5 * level;
        return new Trial
        {
            Number = number,
            Proposal = new Proposal
            {
                Configuration = configuration,
                Rung = rung,
                Why = number < 4 ? "spread evenly" : "most hypervolume per second, expected",
                Price = number < 4 ? null : 30,
            },
            State = number % 13 == 12 ? TrialState.Failed : TrialState.Completed,
            Results = number % 13 == 12 ? [] :
            [
                .. Enumerable.Range(0, rung + 1).Select(r =>
                {
                    double map50 = .75 - .5 * level * level - (configuration[5] == 0 ? 0 : .08) - .1 * (3 - r) * level + .01 * random.NextDouble();
                    return new RungResult(r, [1 - map50, 1 / speed], 10 + 5 * r);
                }),
            ],
        };
    }
}
