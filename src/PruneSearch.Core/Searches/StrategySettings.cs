using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using PruneSearch.Core.Settings;
using PruneSearch.Core.Strategies;

namespace PruneSearch.Core.Searches;

/// <summary>How a search that grows decides what to try.</summary>
[GenerateSerializer, Immutable, Alias("prunesearch.StrategySettings")]
public sealed record StrategySettings
{
    /// <summary>Grid tries all, the others choose.</summary>
    [Id(0)]
    [SettingKey("strategy"), Description("What decides what is tried next.")]
    public StrategyKind Kind { get; init; }

    /// <summary>At least one limit; the first that is reached ends the search.</summary>
    [Id(1)]
    [Description("What may be spent; it ends when any of it is.")]
    public required BudgetSettings Budget { get; init; }

    /// <summary><see langword="null"/> looks for the whole frontier.</summary>
    [Id(2)]
    [Description("Which model is looked for; the whole frontier when left out. Its figures are among `objectives`, and at most one is `most` or `least`.")]
    public GoalSettings? Goal { get; init; }

    /// <summary>Whether only results decide, never who was first.</summary>
    [Id(3)]
    [Description("Propose in fixed rounds, so that the number, speed and fate of workers do not change what is tried. Slots wait for one another then.")]
    public bool Reproducible { get; init; }

    /// <summary><see langword="null"/> for that of the search.</summary>
    [Id(4)]
    [Description("Seed of the proposals; that of the search when left out."), Range(0, int.MaxValue)]
    public int? Seed { get; init; }

    /// <summary>What may be chosen.</summary>
    [Id(5)]
    [Description("What may be chosen: for each key values or a range.")]
    public required SpaceSettings Space { get; init; }
}
