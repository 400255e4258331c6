using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
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

    /// <summary>Empty for that of the base detector. With several the variant stands for one each, <c>name-224</c> and so on.</summary>
    [SettingKey("input-size"), Range(32, 4096), MinLength(1), ListsOnly]
    [Description("Edges of the square input in pixels: every trajectory once at each, with the base detector's weights; that of the detector when left out.")]
    public IReadOnlyList<int> InputSizes { get; init; } = [];

    /// <summary>Its variants of one input size each, with their names; a size of <see langword="null"/> is the base detector's.</summary>
    public IEnumerable<(string Name, int? InputSize)> BySize() => InputSizes.Count switch
    {
        0 => [(Name, null)],
        1 => [(Name, InputSizes[0])],
        _ => InputSizes.Select(size => (string.Create(CultureInfo.InvariantCulture, $"{Name}-{size}"), (int?)size)),
    };
}
