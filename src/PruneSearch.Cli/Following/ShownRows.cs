using PruneSearch.Core.Searches;

namespace PruneSearch.Cli.Following;

/// <summary>Which trajectories are shown when not all of them fit on the screen.</summary>
internal static class ShownRows
{
    /// <summary>Those at work come first, then what failed, then what is still to come; shown in plan order.</summary>
    /// <param name="all">All, in plan order.</param>
    /// <param name="most">Largest number of lines, at least 2; one of them tells of those that are left out.</param>
    /// <returns>Those to show, and the line about the others; <see langword="null"/> when there are none.</returns>
    public static (IReadOnlyList<TrajectoryStatus> Shown, string? Others) Of(IReadOnlyList<TrajectoryStatus> all, int most)
    {
        if (all.Count <= most)
        {
            return (all, null);
        }
        var shown = all.OrderBy(Urgency).Take(most - 1).ToHashSet(ReferenceEqualityComparer.Instance);
        var others = all.Where(t => !shown.Contains(t)).CountBy(t => t.State).OrderBy(s => s.Key).Select(s => $"{s.Value} {ProgressText.Of(s.Key)}");
        return ([.. all.Where(shown.Contains)], $"and {all.Count - shown.Count} more: {string.Join(", ", others)}");
    }

    private static int Urgency(TrajectoryStatus t) => t switch
    {
        { Progress: not null } => 0,
        { State: WorkState.Failed } => 1,
        { State: WorkState.Running } => 2,
        { State: WorkState.Waiting } => 3,
        _ => 4,
    };
}
