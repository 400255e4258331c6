using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace PruneSearch.Core.Searches;

/// <summary>What a search tries: every schedule to every level.</summary>
public sealed record TrajectorySettings
{
    /// <summary>No level and no schedule.</summary>
    public static TrajectorySettings None { get; } = new() { Levels = [], Schedules = [] };

    /// <summary>Shares to remove, ascending.</summary>
    [Description("Shares of `pruning.target` to remove: one trajectory a level and schedule."), MinLength(1)]
    [Range(0.0, 1.0, MinimumIsExclusive = true, MaximumIsExclusive = true)]
    public required IReadOnlyList<double> Levels { get; init => field = [.. value.Order()]; }

    /// <summary>Ways to get there, with different names.</summary>
    [Description("How to get there."), MinLength(1)]
    public required IReadOnlyList<ScheduleSettings> Schedules { get; init; }
}
