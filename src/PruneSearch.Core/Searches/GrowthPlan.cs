using PruneSearch.Core.Stages;
using PruneSearch.Core.Strategies;

namespace PruneSearch.Core.Searches;

/// <summary>How a search grows after its launch: what proposes, within which space, and what every proposal is laid out with. It never changes.</summary>
[GenerateSerializer, Immutable, Alias("prunesearch.GrowthPlan")]
public sealed record GrowthPlan
{
    /// <summary>Which strategy decides what is tried next.</summary>
    [Id(0)]
    public required StrategyKind Strategy { get; init; }

    /// <summary>What it may spend, without what was added later.</summary>
    [Id(1)]
    public required BudgetSettings Budget { get; init; }

    /// <summary><see langword="null"/> looks for the whole frontier.</summary>
    [Id(2)]
    public GoalSettings? Goal { get; init; }

    /// <summary>Whether it proposes in fixed rounds, so that only results decide, never the number, speed and fate of workers.</summary>
    [Id(3)]
    public bool Reproducible { get; init; }

    /// <summary>Seed of the proposals.</summary>
    [Id(4)]
    public int Seed { get; init; }

    /// <summary>What may be chosen.</summary>
    [Id(5)]
    public required SearchSpace Space { get; init; }

    /// <summary>How to prune, where the space leaves it open; its ratio does not matter.</summary>
    [Id(6)]
    public required PruneSettings Prune { get; init; }

    /// <summary>How to train, where the space leaves it open; <see langword="null"/> for not at all.</summary>
    [Id(7)]
    public FineTuneSettings? FineTune { get; init; }

    /// <summary>
    /// Shares of the last training after which a trajectory may be stopped, ascending; the last is 1. The first is 0 where the pruned and compensated
    /// detector is looked at before it is trained. A single one means that nothing is stopped early.
    /// </summary>
    [Id(8)]
    public required IReadOnlyList<double> Rungs { get; init; }

    /// <summary>The rungs of a strategy: those that stop what is hopeless look at it untrained and after a ninth and a third of its training.</summary>
    public static IReadOnlyList<double> RungsOf(StrategyKind strategy, bool trains) =>
        strategy is not (StrategyKind.Adaptive or StrategyKind.Asha) ? [1] : trains ? [0, 1.0 / 9, 1.0 / 3, 1] : [0];
}
