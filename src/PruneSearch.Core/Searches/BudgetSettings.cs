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

    /// <summary>Steps of stages that were there already are free, as their hours are.</summary>
    [Id(2)]
    [Description("Optimizer steps to run, those that trajectories share counted once."), Range(1, int.MaxValue)]
    public int? Steps { get; init; }

    /// <summary>With more of what <paramref name="more"/> names. What was not limited is not limited afterwards either.</summary>
    public BudgetSettings Plus(BudgetSettings more)
    {
        ArgumentNullException.ThrowIfNull(more);
        return new BudgetSettings
        {
            Hours = Hours + (more.Hours ?? 0),
            Trajectories = Trajectories is { } t ? (int)Math.Min(int.MaxValue, t + (long)(more.Trajectories ?? 0)) : null,
            Steps = Steps is { } s ? (int)Math.Min(int.MaxValue, s + (long)(more.Steps ?? 0)) : null,
        };
    }

    /// <summary>The larger of both in each limit. What is not limited here is not limited afterwards either.</summary>
    public BudgetSettings Raised(BudgetSettings other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new BudgetSettings
        {
            Hours = Hours is { } h ? Math.Max(h, other.Hours ?? 0) : null,
            Trajectories = Trajectories is { } t ? Math.Max(t, other.Trajectories ?? 0) : null,
            Steps = Steps is { } s ? Math.Max(s, other.Steps ?? 0) : null,
        };
    }

    /// <summary>Which share of it is spent: of the limit that is nearest; <see langword="null"/> when nothing is limited.</summary>
    public double? Share(SearchCost spent)
    {
        ArgumentNullException.ThrowIfNull(spent);
        double?[] shares = [spent.Seconds / (Hours * 3600), (double)spent.Trajectories / Trajectories, (double)spent.Steps / Steps];
        return shares.Max();
    }

    /// <summary>Whether something is left when so much is spent.</summary>
    public bool Leaves(SearchCost spent)
    {
        ArgumentNullException.ThrowIfNull(spent);
        return !(spent.Seconds >= Hours * 3600) && !(spent.Trajectories >= Trajectories) && !(spent.Steps >= Steps);
    }
}
