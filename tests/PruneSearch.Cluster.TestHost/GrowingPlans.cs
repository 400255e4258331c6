using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Strategies;

namespace PruneSearch.Cluster.TestHost;

/// <summary>Searches that grow, for stub stages.</summary>
public static class GrowingPlans
{
    /// <summary>The base, and whatever a strategy proposes of a space of levels, schedules and ways to train.</summary>
    /// <param name="id">The search.</param>
    /// <param name="trajectories">Its budget.</param>
    /// <param name="strategy">What decides.</param>
    /// <param name="reproducible">Whether it proposes in rounds.</param>
    /// <param name="rungs">Shares of the training after which a trajectory may be stopped; those of the strategy when left out.</param>
    public static SearchPlan Of(
        string id, int trajectories, StrategyKind strategy = StrategyKind.Random, bool reproducible = false, IReadOnlyList<double>? rungs = null) =>
        Plans.Of(id, seed: 3) with
        {
            Growth = new GrowthPlan
            {
                Strategy = strategy,
                Budget = new BudgetSettings { Trajectories = trajectories },
                Reproducible = reproducible,
                Seed = 5,
                Space = Space,
                Prune = new PruneSettings { Ratio = 0 },
                FineTune = new FineTuneSettings { Steps = 90 },
                Rungs = rungs ?? GrowthPlan.RungsOf(strategy, trains: true),
            },
        };

    /// <summary>One that is the same whatever happens to its workers, with three rungs.</summary>
    public static SearchPlan Reproducible(string id, int trajectories = 9) => Of(id, trajectories, reproducible: true, rungs: [0, 1.0 / 3, 1]);

    /// <summary>What may be chosen.</summary>
    public static SearchSpace Space { get; } = new()
    {
        Hyperparameters =
        [
            new ChoiceHyperparameter { Name = "schedule", Values = ["one-shot", "iterative"] },
            new RealHyperparameter { Name = "level", From = 0.2, To = 0.8 },
            new WholeHyperparameter { Name = "iterations", From = 2, To = 4, When = new Condition("schedule", ["iterative"]) },
            new RealHyperparameter { Name = "learning-rate", From = 0.0001, To = 0.01, Log = true },
            new ChoiceHyperparameter { Name = "criterion", Values = ["l1", "l2"] },
        ],
    };
}
