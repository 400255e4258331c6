using System.ComponentModel;
using PruneSearch.Core.Settings;
using PruneSearch.Core.Stages;

namespace PruneSearch.Core.Searches;

/// <summary>One of several ways to prune and train that a search tries at every level: all of its trajectories have them.</summary>
public sealed record VariantSettings
{
    /// <summary>Unique within a search.</summary>
    [Description("What its trajectories' names begin with."), Identifier(24)]
    public required string Name { get; init; }

    /// <summary>How to prune; its ratio is replaced by that of each stage.</summary>
    [SettingKey("pruning"), Overrides, Description("Keys of `pruning` that hold instead in this variant.")]
    public required PruneSettings Prune { get; init; }

    /// <summary>One iteration's fine-tuning; <see langword="null"/> only evaluates the pruned detectors.</summary>
    [Overrides, Description("Keys of `fine-tune` that hold instead in this variant.")]
    public FineTuneSettings? FineTune { get; init; }
}
