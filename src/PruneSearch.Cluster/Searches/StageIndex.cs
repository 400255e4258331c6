using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Searches;

/// <summary>Where the stages of a search stand in its plan: each in the first trajectory, in plan order, that has it.</summary>
internal sealed class StageIndex
{
    private readonly Dictionary<string, Place> _places = [];

    /// <summary>The places of a plan's stages.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="keys">Keys of the stages by trajectory.</param>
    public StageIndex(SearchPlan plan, IReadOnlyDictionary<string, string[]> keys)
    {
        foreach (var trajectory in plan.Trajectories)
        {
            double ratio = 0;
            for (int i = 0; i < trajectory.Stages.Count; i++)
            {
                ratio = trajectory.Stages[i].Prune?.Ratio ?? ratio;
                _places.TryAdd(keys[trajectory.Name][i], new Place(trajectory, i, ratio));
            }
        }
    }

    /// <summary>A report as a point, not yet weighed; <see langword="null"/> when its stage is none of the plan's.</summary>
    public FrontierPoint? Point(StageReport report) => !_places.TryGetValue(report.Key, out var place) ? null : new FrontierPoint
    {
        Trajectory = place.Trajectory.Name,
        Schedule = place.Index == 0 ? ScheduleKind.Base : place.Trajectory.Schedule,
        Ratio = place.Ratio,
        Iteration = place.Index,
        Report = report,
        OnFrontier = false,
        Parent = place.Trajectory.Stages[place.Index].Parent,
    };

    private sealed record Place(TrajectoryPlan Trajectory, int Index, double Ratio);
}
