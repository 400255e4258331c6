namespace PruneSearch.Core.Searches;

/// <summary>How long a one-shot trajectory is fine-tuned.</summary>
public enum OneShotBudget
{
    /// <summary>As many steps as one iteration of an iterative schedule.</summary>
    OneIteration,

    /// <summary>As many steps as the iterative schedule takes in all to the same level.</summary>
    SameTotal,
}

/// <summary>How trajectories get to their levels; one a level.</summary>
public sealed record ScheduleSettings
{
    /// <summary>One-shot, iterative or dense control.</summary>
    public required ScheduleKind Kind { get; init; }

    /// <summary>What the names of its trajectories begin with: unique within a search.</summary>
    public required string Name { get; init; }

    /// <summary>Fine-tune budget of a one-shot schedule.</summary>
    public OneShotBudget Budget { get; init; }

    /// <summary>Share of channels that each iteration removes, above 0 and below 1; the last one may remove less.</summary>
    public double? Step { get; init; }

    /// <summary>Iterations to each level, of equal size; at least 1.</summary>
    public int? Iterations { get; init; }

    /// <summary>Cumulative ratios, ascending; a trajectory takes those below its level and then its level.</summary>
    public IReadOnlyList<double>? Ratios { get; init; }

    /// <summary>Cumulative ratios of an iterative trajectory to <paramref name="level"/>, which is the last of them.</summary>
    /// <exception cref="InvalidOperationException">The schedule does not say how large its iterations are.</exception>
    public IReadOnlyList<double> RatiosTo(double level)
    {
        // Decimal arithmetic: 0.1 + 0.2 must be the same stage as 0.3.
        decimal end = (decimal)level;
        if (Step is { } step)
        {
            return Ascending(k => k * (decimal)step, (int)Math.Ceiling(end / (decimal)step), end);
        }
        if (Iterations is { } iterations)
        {
            return Ascending(k => Math.Round(end * k / iterations, 6), iterations, end);
        }
        return Ratios is null
            ? throw new InvalidOperationException($"Schedule '{Name}' has no step, iterations or ratios.")
            : [.. Ratios.Where(r => r < level), level];
    }

    private static List<double> Ascending(Func<int, decimal> ratio, int count, decimal end) =>
        [.. Enumerable.Range(1, count - 1).Select(k => (double)ratio(k)), (double)end];
}
