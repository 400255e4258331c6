using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace PruneSearch.Core.Searches;

/// <summary>What a search that grows may spend: at least one of them; it ends when any is spent.</summary>
[GenerateSerializer, Immutable, Alias("prunesearch.BudgetSettings")]
public sealed record BudgetSettings
{
    /// <summary>Hours that slots work for it: stages that were there already are free.</summary>
    [Id(0)]
    [Description("Hours that slots work for the search, in all: with more slots it ends sooner."), Range(0.0, 1e6, MinimumIsExclusive = true)]
    public double? Hours { get; init; }

    /// <summary>The original is not counted.</summary>
    [Id(1)]
    [Description("Trajectories to try, the original not counted."), Range(1, Planner.MaxTrajectories)]
    public int? Trajectories { get; init; }

    /// <summary>Of new stages.</summary>
    [Id(2)]
    [Description("Optimizer steps to run, those that trajectories share counted once."), Range(1, int.MaxValue)]
    public int? Steps { get; init; }
}
