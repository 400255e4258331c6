using PruneSearch.Core.Stages;

namespace PruneSearch.Core.Searches;

/// <summary>One of several ways to prune and train that a search tries at every level: all of its trajectories have them.</summary>
public sealed record VariantSettings
{
    /// <summary>What the names of its trajectories begin with: unique within a search.</summary>
    public required string Name { get; init; }

    /// <summary>How to prune; its ratio is replaced by that of each stage.</summary>
    public required PruneSettings Prune { get; init; }

    /// <summary>One iteration's fine-tuning; <see langword="null"/> only evaluates the pruned detectors.</summary>
    public FineTuneSettings? FineTune { get; init; }
}
