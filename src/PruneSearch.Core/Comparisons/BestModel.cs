using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Searches;

namespace PruneSearch.Core.Comparisons;

/// <summary>What a model is best at.</summary>
public enum BestAt
{
    /// <summary>The fastest that is at least as accurate as the dense control of its seed, or as the dense original where there is no control.</summary>
    FastestAtFullAccuracy,

    /// <summary>The most accurate that was pruned.</summary>
    MostAccurate,

    /// <summary>Where the frontier of accuracy and speed bends most: from there on, either costs much of the other.</summary>
    Knee,
}

/// <summary>A model of a search that is worth having. All are chosen on the validation split, so that the test split stays untouched by the choice.</summary>
/// <param name="At">What it is best at.</param>
public sealed record BestModel(BestAt At, TrajectoryResult Result)
{
    /// <summary>The best models of a search; those that there are.</summary>
    public static IReadOnlyList<BestModel> Of(SearchResults results)
    {
        ArgumentNullException.ThrowIfNull(results);
        List<TrajectoryResult> pruned = [.. results.Trajectories.Where(t => t.Schedule is ScheduleKind.OneShot or ScheduleKind.Iterative)];
        TrajectoryResult?[] best =
        [
            pruned.Where(t => Reference(results, t) is { } r && t.Report.Map50 >= r.Report.Map50).MaxBy(t => t.SpeedUp),
            pruned.MaxBy(t => t.Report.Map50),
            Knee([.. results.Trajectories.Where(t => t.Schedule == ScheduleKind.Base), .. pruned]),
        ];
        return [.. Enum.GetValues<BestAt>().Zip(best).Where(b => b.Second is not null).Select(b => new BestModel(b.First, b.Second!))];
    }

    private static TrajectoryResult? Reference(SearchResults results, TrajectoryResult t) =>
        results.Trajectories.FirstOrDefault(r => r.Schedule == ScheduleKind.DenseControl && r.Variant == t.Variant && r.Seed == t.Seed)
        ?? results.Trajectories.FirstOrDefault(r => r.Schedule == ScheduleKind.Base && r.Seed == t.Seed);

    // The point of the frontier that is farthest above the line between its ends, both axes scaled to the frontier's extent.
    private static TrajectoryResult? Knee(IReadOnlyList<TrajectoryResult> all)
    {
        bool[] on = ParetoFrontier.Of([.. all.Select(t => new[] { -t.SpeedUp, -t.Report.Map50 })]);
        var frontier = all.Where((_, i) => on[i]).OrderBy(t => t.SpeedUp).ToList();
        if (frontier.Count < 3)
        {
            return null;
        }
        var (slow, fast) = (frontier[0], frontier[^1]);
        double Above(TrajectoryResult t) =>
            (t.SpeedUp - slow.SpeedUp) / (fast.SpeedUp - slow.SpeedUp) + (t.Report.Map50 - fast.Report.Map50) / (slow.Report.Map50 - fast.Report.Map50);
        return frontier.Where(t => t.Schedule != ScheduleKind.Base).MaxBy(Above);
    }
}
