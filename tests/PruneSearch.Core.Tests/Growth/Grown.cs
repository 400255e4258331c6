using System.Globalization;
using PruneSearch.Core.Detectors.Ssd;
using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Growth;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Strategies;
using PruneSearch.Tests;

namespace PruneSearch.Core.Tests.Growth;

/// <summary>A search that grows, proposals of it, and reports of its stages.</summary>
internal static class Grown
{
    public static readonly DateTimeOffset Created = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public static readonly SearchSpace Space = new()
    {
        Hyperparameters =
        [
            new ChoiceHyperparameter { Name = "schedule", Values = ["one-shot", "iterative"] },
            new RealHyperparameter { Name = "level", From = 0.2, To = 0.8 },
            new WholeHyperparameter { Name = "iterations", From = 2, To = 4, When = new Condition("schedule", ["iterative"]) },
            new ChoiceHyperparameter { Name = "shape", Values = ["linear", "geometric", "cubic"], When = new Condition("schedule", ["iterative"]) },
            new WholeHyperparameter { Name = "steps", From = 3, To = 900, Log = true },
            new RealHyperparameter { Name = "learning-rate", From = 0.0001, To = 0.01, Log = true },
            new ChoiceHyperparameter { Name = "criterion", Values = ["l1", "l2"] },
        ],
    };

    public static SearchPlan Plan(IReadOnlyList<double>? rungs = null, bool reproducible = false)
    {
        var root = new StageDescription
        {
            Base = new BaseSettings { Detector = SsdFamily.Spec(["cat"]) },
            Data = new DataSettings { Train = "train", Validation = "validation" },
            FineTune = new FineTuneSettings { Steps = 300 },
            Measure = new MeasureSettings(),
            Seed = 7,
        };
        return new SearchPlan
        {
            Id = "grown",
            Name = "grown",
            Objectives = [Objective.Map50, Objective.Macs],
            Created = Created,
            Trajectories = [new TrajectoryPlan { Name = "dense", Schedule = ScheduleKind.Base, Ratio = 0, Stages = [root] }],
            Growth = new GrowthPlan
            {
                Strategy = StrategyKind.Random,
                Budget = new BudgetSettings { Trajectories = 20 },
                Goal = new GoalSettings { Map50 = new AccuracyGoal { Within = 0.01 }, SpeedUp = new SpeedGoal { Best = true } },
                Reproducible = reproducible,
                Seed = 7,
                Space = Space,
                Prune = new PruneSettings { Ratio = 0 },
                FineTune = new FineTuneSettings { Steps = 900, Regularisation = new() { Kind = RegularisationKind.GroupLasso } },
                Rungs = rungs ?? [0, 1.0 / 9, 1.0 / 3, 1],
            },
        };
    }

    public static Proposal OneShot(double level, int rung, int? continues = null, double rate = 0.001, int steps = 90) => new()
    {
        Configuration = Space.Of(0, level, double.NaN, double.NaN, steps, rate, 1),
        Rung = rung,
        Continues = continues,
        Why = "test",
    };

    public static Proposal Iterative(double level, int iterations, int rung, int? continues = null) => new()
    {
        Configuration = Space.Of(1, level, iterations, 2, 90, 0.001, 0),
        Rung = rung,
        Continues = continues,
        Why = "test",
    };

    public static ProposalBatch Batch(int first, int reports, params Proposal[] proposals) =>
        new() { Search = "grown", First = first, Reports = reports, Slots = proposals.Length, Proposals = proposals };

    /// <summary>A report that follows from the key; ten seconds, and a tenth of one for each step.</summary>
    public static StageReport Report(StageDescription stage, DateTimeOffset? finished = null)
    {
        var key = stage.ComputeKey();
        double noise = int.Parse(key.ToString()[..4], NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 65536.0;
        int steps = stage.FineTune?.Steps ?? 0;
        return MadeUp.Report(0.4 + 0.1 * noise, 2, key) with
        {
            Macs = (long)(100_000 * (1 - (stage.Prune?.Ratio ?? 0))),
            Seconds = new() { ["evaluate"] = 10, ["fine-tune"] = steps / 10.0 },
            TrainedSteps = steps,
            Finished = finished,
        };
    }
}
