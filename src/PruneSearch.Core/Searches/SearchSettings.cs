using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Stages;

namespace PruneSearch.Core.Searches;

/// <summary>What a search shall try, before it is laid out as stages.</summary>
public sealed record SearchSettings
{
    /// <summary>The user's name for it.</summary>
    public required string Name { get; init; }

    /// <summary>The detector that every trajectory starts from.</summary>
    public required BaseSettings Base { get; init; }

    /// <summary>How the base detector is trained before anything is pruned; <see langword="null"/> takes it as it is.</summary>
    public FineTuneSettings? BaseFineTune { get; init; }

    /// <summary>How to prune; its ratio is replaced by that of each stage.</summary>
    public required PruneSettings Prune { get; init; }

    /// <summary>One iteration's fine-tuning; <see langword="null"/> only evaluates the pruned detectors.</summary>
    public FineTuneSettings? FineTune { get; init; }

    /// <summary>Ways to prune and train that are tried beside one another; empty for <see cref="Prune"/> and <see cref="FineTune"/> alone.</summary>
    public IReadOnlyList<VariantSettings> Variants { get; init; } = [];

    /// <summary>Shares of channels to remove, above 0 and below 1, ascending.</summary>
    public required IReadOnlyList<double> Levels { get; init; }

    /// <summary>How to get there.</summary>
    public required IReadOnlyList<ScheduleSettings> Schedules { get; init; }

    /// <summary>What the frontier weighs.</summary>
    public required IReadOnlyList<Objective> Objectives { get; init; }

    /// <summary>How speed is measured; the baseline is filled in.</summary>
    public required MeasureSettings Measure { get; init; }

    /// <summary>What is exported beside the float model; <see langword="null"/> for nothing.</summary>
    public ExportSettings? Export { get; init; }

    /// <summary>Seeds of everything random, at least one, all different: each has every trajectory.</summary>
    public IReadOnlyList<int> Seeds { get; init; } = [0];
}
