using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Searches;

/// <summary>What a coordinator knows about its search, and the views that it shows. Adding something twice changes nothing.</summary>
internal sealed class SearchBoard
{
    private readonly SearchPlan _plan;
    private readonly Dictionary<string, string[]> _keys;
    private readonly Dictionary<string, StageReport> _reports = [];
    private readonly Dictionary<string, TrajectoryStatus> _live = [];

    public SearchBoard(SearchPlan plan)
    {
        _plan = plan;
        _keys = plan.Trajectories.ToDictionary(t => t.Name, t => t.Stages.Select(s => s.ComputeKey()).ToArray());
    }

    /// <summary>Keys of all distinct stages.</summary>
    public IEnumerable<string> StageKeys => _keys.Values.SelectMany(k => k).Distinct();

    /// <summary>A stage finished.</summary>
    public void Add(StageReport report) => _reports.TryAdd(report.Key, report);

    /// <summary>A trajectory told how it stands.</summary>
    public void Update(TrajectoryStatus status)
    {
        _live[status.Name] = status;
        foreach (var report in status.Reports)
        {
            Add(report);
        }
    }

    /// <summary>Nothing is at work any more.</summary>
    public void ForgetLive() => _live.Clear();

    /// <summary>How the search ends, given how its trajectories ended.</summary>
    public (WorkState State, string? Reason) Outcome(SearchProgress progress)
    {
        bool onlyBase = _plan.Trajectories.All(t => t.Stages.Count == 1);
        bool gotSomewhere = onlyBase
            ? progress.Ended.Values.Any(e => e.State == WorkState.Completed)
            : _plan.Trajectories.Any(t => Reports(t).Count > 1);
        if (gotSomewhere)
        {
            return (WorkState.Completed, null);
        }
        var first = _plan.Trajectories.First(t => progress.Ended[t.Name].State != WorkState.Completed);
        return (WorkState.Failed, $"no trajectory got beyond the base detector; {first.Name}: {progress.Ended[first.Name].Reason}");
    }

    /// <summary>How the search stands.</summary>
    /// <param name="progress">What was persisted.</param>
    /// <param name="driven">Whether the coordinator is at work on it.</param>
    public SearchStatus Status(SearchProgress progress, bool driven)
    {
        bool interrupted = progress.State == WorkState.Running && !driven;
        return new SearchStatus
        {
            Id = _plan.Id,
            Name = _plan.Name,
            Created = _plan.Created,
            State = interrupted ? WorkState.Waiting : progress.State,
            Reason = interrupted ? "it was interrupted; resume it to go on" : progress.Reason,
            Trajectories = _plan.Trajectories.Select(t => Status(t, progress)).ToArray(),
        };
    }

    /// <summary>All distinct reports and which of them are on the frontier.</summary>
    public FrontierView Frontier()
    {
        return new FrontierView
        {
            SearchId = _plan.Id,
            Name = _plan.Name,
            Objectives = _plan.Objectives.ToArray(),
            Points = FrontierPoints.Mark([.. Points().SelectMany(FrontierPoints.Expand)], _plan.Objectives)
                .OrderBy(p => p.Iteration == 0 ? 0 : 1)
                .ThenBy(p => p.Report.Latency.SpeedUp)
                .ThenBy(p => p.Report.Key, StringComparer.Ordinal)
                .ThenBy(p => p.Precision, StringComparer.Ordinal)
                .ToArray(),
        };
    }

    private TrajectoryStatus Status(TrajectoryPlan plan, SearchProgress progress)
    {
        var reports = Reports(plan);
        progress.Ended.TryGetValue(plan.Name, out var end);
        var live = end is null ? _live.GetValueOrDefault(plan.Name) : null;
        return new TrajectoryStatus
        {
            Name = plan.Name,
            Schedule = plan.Schedule,
            Ratio = plan.Ratio,
            State = end?.State ?? (progress.State == WorkState.Cancelled ? WorkState.Cancelled : live?.State ?? WorkState.Waiting),
            Stages = plan.Stages.Count,
            Reports = reports,
            Progress = live?.Progress,
            Reason = end?.Reason ?? live?.Reason,
            Attempts = live?.Attempts ?? 0,
        };
    }

    private List<StageReport> Reports(TrajectoryPlan plan) =>
        [.. _keys[plan.Name].TakeWhile(_reports.ContainsKey).Select(k => _reports[k])];

    private IEnumerable<FrontierPoint> Points()
    {
        var seen = new HashSet<string>();
        foreach (var trajectory in _plan.Trajectories)
        {
            double ratio = 0;
            string[] keys = _keys[trajectory.Name];
            for (int i = 0; i < keys.Length; i++)
            {
                ratio = trajectory.Stages[i].Prune?.Ratio ?? ratio;
                if (_reports.TryGetValue(keys[i], out var report) && seen.Add(keys[i]))
                {
                    yield return new FrontierPoint
                    {
                        Trajectory = trajectory.Name,
                        Schedule = i == 0 ? ScheduleKind.Base : trajectory.Schedule,
                        Ratio = ratio,
                        Iteration = i,
                        Report = report,
                        OnFrontier = false,
                        Parent = trajectory.Stages[i].Parent,
                    };
                }
            }
        }
    }
}
