using PruneSearch.Core.Schedules;

namespace PruneSearch.Core.Searches;

/// <summary>How long a one-shot trajectory is fine-tuned.</summary>
public enum OneShotBudget
{
    /// <summary>As many steps as one iteration of an iterative schedule.</summary>
    OneIteration,

    /// <summary>As many steps as the iterative schedule takes in all to the same level.</summary>
    SameTotal,
}

/// <summary>How much each of several iterations to a level removes.</summary>
public enum ScheduleShape
{
    /// <summary>The same share of the dense detector.</summary>
    Linear,

    /// <summary>The same share of what is left.</summary>
    Geometric,

    /// <summary>Much at first, less and less later (Zhu, Gupta 2017: AGP).</summary>
    Cubic,
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

    /// <summary>Iterations to each level; at least 1.</summary>
    public int? Iterations { get; init; }

    /// <summary>How the iterations to a level differ in size.</summary>
    public ScheduleShape Shape { get; init; }

    /// <summary>Cumulative ratios, ascending; a trajectory takes those below its level and then its level.</summary>
    public IReadOnlyList<double>? Ratios { get; init; }

    /// <summary>Cumulative ratios of an iterative trajectory to <paramref name="level"/>, which is the last of them.</summary>
    /// <exception cref="InvalidOperationException">The schedule does not say how large its iterations are.</exception>
    public IReadOnlyList<double> RatiosTo(double level)
    {
        if (Step is { } step)
        {
            return PruningSchedule.Constant(step, level);
        }
        if (Iterations is { } iterations)
        {
            return Shape switch
            {
                ScheduleShape.Geometric => PruningSchedule.Geometric(iterations, level),
                ScheduleShape.Cubic => PruningSchedule.Cubic(iterations, level),
                _ => PruningSchedule.Linear(iterations, level),
            };
        }
        return Ratios is null
            ? throw new InvalidOperationException($"Schedule '{Name}' has no step, iterations or ratios.")
            : [.. Ratios.Where(r => r < level), level];
    }
}
