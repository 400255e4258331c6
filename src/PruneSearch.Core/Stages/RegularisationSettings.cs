using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace PruneSearch.Core.Stages;

/// <summary>How a training before a pruning prepares for it.</summary>
[GenerateSerializer, Alias("prunesearch.RegularisationSettings")]
public sealed record RegularisationSettings
{
    /// <summary>Whole channels, or the scales of their batch norms.</summary>
    [Id(0)]
    [Description("Pull everything that belongs to a channel towards zero, or only the scales of its batch norms.")]
    public required RegularisationKind Kind { get; init; }

    /// <summary>In all steps together.</summary>
    [Id(1)]
    [Description("How far each channel's norm is pulled in all, as a share of the mean norm in its group."), Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double Strength { get; init; } = 0.2;

    /// <summary>The last steps before the pruning.</summary>
    [Id(2)]
    [Description("Share of the steps, the last ones, during which it pulls."), Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double Share { get; init; } = 0.5;

    /// <summary>The groups that it concerns, as in <see cref="PruneSettings.Groups"/>.</summary>
    [Id(3)]
    public IReadOnlyList<string> Groups { get; init; } = ["hidden"];

    /// <summary>The groups that it leaves alone, as in <see cref="PruneSettings.Protect"/>.</summary>
    [Id(4)]
    public IReadOnlyList<string>? Protect { get; init; }
}
