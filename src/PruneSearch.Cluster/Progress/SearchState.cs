using PruneSearch.Cluster.Dispatching;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Growth;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Progress;

/// <summary>What a coordinator knows about its search. Adding something twice changes nothing. <c>StatusProjection</c> shows it.</summary>
internal sealed class SearchState
{
    private readonly List<TrajectoryState> _trajectories = [];
    private readonly Dictionary<string, TrajectoryState> _byName = [];
    private readonly Dictionary<StageKey, StageState> _stages = [];
    private readonly HashSet<TrajectoryState> _atWork = [];
    private int _failed;

    public SearchState(SearchPlan plan)
    {
        Plan = plan;
        foreach (var trajectory in plan.Trajectories)
        {
            Add(trajectory);
        }
    }

    public event Action<StageReport>? Added;

    /// <summary>A trajectory has all of its reports now.</summary>
    public event Action<TrajectoryState>? Completing;

    /// <summary>The search as it was launched: one that grows has more trajectories by now.</summary>
    public SearchPlan Plan { get; }

    public IReadOnlyList<TrajectoryState> Trajectories => _trajectories;

    /// <summary>What changed when.</summary>
    public ChangeFeed Changes { get; } = new();

    /// <summary>Trajectories whose stage is at work; of those that share it, the first one.</summary>
    public IReadOnlyCollection<TrajectoryState> AtWork => _atWork;

    public int Stages => _stages.Count;

    public int CompletedStages { get; private set; }

    /// <summary>Slot time of them, in seconds.</summary>
    public double SlotSeconds { get; private set; }

    /// <summary>Trajectories all of whose stages finished.</summary>
    public int Completed { get; private set; }

    public int Failed => _failed;

    /// <summary>Trajectories that did neither.</summary>
    public int Open => _trajectories.Count - Completed - _failed;

    /// <summary>A trajectory more that was proposed.</summary>
    public TrajectoryState Add(ProposedTrajectory proposed) => Add(proposed.Plan, proposed);

    private TrajectoryState Add(TrajectoryPlan plan, ProposedTrajectory? proposed = null)
    {
        var stages = new StageState[plan.Keys.Count];
        var trajectory = new TrajectoryState(plan, _trajectories.Count, stages) { Proposed = proposed };
        for (int i = 0; i < stages.Length; i++)
        {
            if (!_stages.TryGetValue(plan.Keys[i], out var stage))
            {
                _stages[plan.Keys[i]] = stage = new StageState(plan.Keys[i]);
            }
            stage.Users.Add(trajectory);
            stages[i] = stage;
        }
        trajectory.Missing = stages.Count(s => s.Report is null);
        Completed += trajectory.IsComplete ? 1 : 0;
        _trajectories.Add(trajectory);
        _byName.Add(plan.Name, trajectory);
        Touch(trajectory);
        return trajectory;
    }

    public void Add(StageReport report)
    {
        if (!_stages.TryGetValue(report.Key, out var stage) || stage.Report is not null)
        {
            return;
        }
        stage.Report = report;
        CompletedStages++;
        SlotSeconds += report.Seconds.Values.Sum();
        Added?.Invoke(report);
        foreach (var trajectory in stage.Users)
        {
            Touch(trajectory);
            if (--trajectory.Missing == 0)
            {
                Completed++;
                _failed -= trajectory.End is null ? 0 : 1; // another search tried its stage again
                Forget(trajectory);
                Completing?.Invoke(trajectory);
            }
        }
    }

    public void Update(TrajectoryState trajectory, TrajectoryNews news)
    {
        foreach (var report in news.Reports)
        {
            Add(report);
        }
        if (trajectory.IsComplete || news.State == WorkState.Failed)
        {
            Forget(trajectory);
            return;
        }
        // A stage that several trajectories wait for is shown once.
        var standing = trajectory.IsFirst ? new Standing(news.State, news.Progress, news.Reason, news.Attempts, news.Worker) : Standing.Waiting;
        if (trajectory.Live != standing)
        {
            trajectory.Live = standing;
            Touch(trajectory);
        }
        _ = standing.Progress is null ? _atWork.Remove(trajectory) : _atWork.Add(trajectory);
    }

    /// <summary>A trajectory ended without completing, or is taken up again.</summary>
    public void SetEnd(TrajectoryState trajectory, TrajectoryEnd? end)
    {
        if (trajectory.End != end)
        {
            _failed += trajectory.IsComplete ? 0 : (end is null ? 0 : 1) - (trajectory.End is null ? 0 : 1);
            trajectory.End = end;
            Touch(trajectory);
        }
    }

    /// <summary>Says of unfinished trajectories why they wait, if they do.</summary>
    /// <param name="queue">Why stages that are ready do not run.</param>
    public void Explain(QueueReasons queue)
    {
        foreach (var trajectory in _trajectories.Where(t => t.IsUnfinished))
        {
            var reason = Reason(trajectory, queue);
            if (reason != trajectory.Wait)
            {
                trajectory.Wait = reason;
                Touch(trajectory);
            }
        }
    }

    /// <summary>The search as a whole was resumed or stopped: nothing is at work any more, and whatever is unfinished stands differently now.</summary>
    public void ForgetStandings()
    {
        foreach (var trajectory in _trajectories.Where(t => !t.IsComplete))
        {
            Forget(trajectory);
            Touch(trajectory);
        }
    }

    /// <summary>A trajectory; <see langword="null"/> when there is none of that name.</summary>
    public TrajectoryState? Find(string trajectory) => _byName.GetValueOrDefault(trajectory);

    /// <summary>Whether a stage is one of the search's and its report is not known.</summary>
    public bool Lacks(StageKey key) => _stages.TryGetValue(key, out var stage) && stage.Report is null;

    /// <summary>What a stage is to do; <see langword="null"/> when it is none of the search's.</summary>
    public StageDescription? Describe(StageKey key) => _stages.TryGetValue(key, out var stage) ? stage.First.Plan.Stages[IndexOf(stage)] : null;

    /// <summary>
    /// A report as a point of the first trajectory that has its stage, not yet weighed; <see langword="null"/> when its stage is none of the search's.
    /// </summary>
    public FrontierPoint? Point(StageReport report)
    {
        if (!_stages.TryGetValue(report.Key, out var stage))
        {
            return null;
        }
        var trajectory = stage.First;
        int index = IndexOf(stage);
        return new FrontierPoint
        {
            Trajectory = trajectory.Name,
            Schedule = index == 0 ? ScheduleKind.Base : trajectory.Plan.Schedule,
            Ratio = trajectory.Plan.Stages.Take(index + 1).LastOrDefault(s => s.Prune is not null)?.Prune!.Ratio ?? 0,
            Iteration = index,
            Report = report,
            OnFrontier = false,
            Parent = trajectory.Plan.Stages[index].Parent,
        };
    }

    private static int IndexOf(StageState stage) => stage.First.Stages.Index().First(s => s.Item == stage).Index;

    private WaitReason? Reason(TrajectoryState trajectory, QueueReasons queue)
    {
        var stage = trajectory.Next!;
        return stage.First != trajectory ? new WaitReason(WaitKind.Stage, $"waits for stage {trajectory.Known + 1} of {stage.First.Name}")
            : _atWork.Contains(trajectory) ? null : queue.Of(stage.Key);
    }

    private void Forget(TrajectoryState trajectory)
    {
        trajectory.Live = null;
        trajectory.Wait = null;
        _atWork.Remove(trajectory);
    }

    private void Touch(TrajectoryState trajectory) => Changes.Add(trajectory.Index);
}
