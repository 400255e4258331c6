namespace PruneSearch.Core.Strategies;

/// <summary>Which result a search looks for, where it does not look for the whole frontier.</summary>
/// <param name="Bounds">The largest cost of each objective that will do; <see langword="null"/> where any will.</param>
/// <param name="Best">
/// Place of the objective that shall be as small as it can within the bounds; <see langword="null"/> to look for the frontier within them.
/// </param>
public sealed record StrategyGoal(IReadOnlyList<double?> Bounds, int? Best)
{
    /// <summary>The same reference point, drawn in to the bounds: what is beyond one of them is no use.</summary>
    public double[] References(IReadOnlyList<StrategyObjective> objectives)
    {
        ArgumentNullException.ThrowIfNull(objectives);
        return [.. objectives.Select((o, i) => Math.Min(Bounds[i] ?? o.Reference, o.Reference))];
    }
}
