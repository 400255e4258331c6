using PruneSearch.Core.Searches;

namespace PruneSearch.Cli.Following;

/// <summary>Which trajectories of a large search fit on the screen: those where something happens first.</summary>
internal static class ProgressRows
{
    /// <summary>At most <paramref name="room"/> trajectories, in plan order, and the others in words; <see langword="null"/> when there are none.</summary>
    public static (IReadOnlyList<TrajectoryStatus> Shown, string? Others) Pick(IReadOnlyList<TrajectoryStatus> all, int room)
    {
        if (all.Count <= room)
        {
            return (all, null);
        }
        var shown = all.OrderBy(Rank).Take(Math.Max(1, room)).ToHashSet();
        var others = all.Where(t => !shown.Contains(t)).ToList();
        string words = string.Join(", ", others.GroupBy(t => t.State).OrderBy(g => g.Key).Select(g => $"{g.Count()} {ProgressText.Of(g.Key)}"));
        return ([.. all.Where(shown.Contains)], $"and {others.Count} more: {words}");
    }

    private static int Rank(TrajectoryStatus t) => t switch
    {
        { State: WorkState.Running, Progress: not null } => 0,
        { State: WorkState.Failed } => 1,
        { State: WorkState.Running } => 2,
        { State: WorkState.Waiting } => 3,
        _ => 4,
    };
}
