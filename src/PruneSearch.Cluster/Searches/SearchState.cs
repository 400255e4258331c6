using System.Runtime.InteropServices;
using PruneSearch.Cluster.Dispatching;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Searches;

/// <summary>What a coordinator knows about its search. Adding something twice changes nothing. <see cref="StatusProjection"/> shows it.</summary>
internal sealed class SearchState
{
    private readonly Dictionary<string, string[]> _keys;
    private readonly Dictionary<string, int> _indices;
    private readonly Dictionary<string, List<string>> _users = [];
    private readonly Dictionary<string, int> _missing;
    private readonly Dictionary<string, StageReport> _reports = [];
    private readonly Dictionary<string, Standing> _live = [];
    private readonly Dictionary<string, WaitReason> _waits = [];
    private readonly HashSet<string> _atWork = [];

    public SearchState(SearchPlan plan)
    {
        Plan = plan;
        _keys = plan.Trajectories.ToDictionary(t => t.Name, t => t.Keys.ToArray());
        _indices = plan.Trajectories.Index().ToDictionary(t => t.Item.Name, t => t.Index);
        _missing = _keys.ToDictionary(k => k.Key, k => k.Value.Length);
        Changes = new ChangeFeed(plan.Trajectories.Count);
        foreach (var (name, keys) in _keys)
        {
            foreach (string key in keys)
            {
                (CollectionsMarshal.GetValueRefOrAddDefault(_users, key, out _) ??= []).Add(name);
            }
        }
    }

    public event Action<StageReport>? Added;

    public SearchPlan Plan { get; }

    /// <summary>What changed when.</summary>
    public ChangeFeed Changes { get; }

    /// <summary>Keys of the stages by trajectory.</summary>
    public IReadOnlyDictionary<string, string[]> Keys => _keys;

    /// <summary>Names of trajectories whose stage is at work; of those that share it, the first one's.</summary>
    public IReadOnlyCollection<string> AtWork => _atWork;

    public int Stages => _users.Count;

    public int CompletedStages => _reports.Count;

    /// <summary>Trajectories all of whose stages finished.</summary>
    public int Completed { get; private set; }

    public void Add(StageReport report)
    {
        if (!_users.TryGetValue(report.Key, out var users) || !_reports.TryAdd(report.Key, report))
        {
            return;
        }
        Added?.Invoke(report);
        foreach (string name in users)
        {
            Touch(name);
            if (--_missing[name] == 0)
            {
                Completed++;
                Forget(name);
            }
        }
    }

    public void Update(string trajectory, TrajectoryNews news)
    {
        foreach (var report in news.Reports)
        {
            Add(report);
        }
        if (IsComplete(trajectory) || news.State == WorkState.Failed)
        {
            Forget(trajectory);
            return;
        }
        // A stage that several trajectories wait for is shown once.
        var standing = IsFirst(trajectory) ? new Standing(news.State, news.Progress, news.Reason, news.Attempts) : Standing.Waiting;
        if (Live(trajectory) != standing)
        {
            _live[trajectory] = standing;
            Touch(trajectory);
        }
        _ = standing.Progress is null ? _atWork.Remove(trajectory) : _atWork.Add(trajectory);
    }

    /// <summary>Says of unfinished trajectories why they wait, if they do.</summary>
    /// <param name="unfinished">Their names.</param>
    /// <param name="queue">Why stages that are ready do not run.</param>
    public void Explain(IEnumerable<string> unfinished, QueueReasons queue)
    {
        foreach (string trajectory in unfinished)
        {
            var reason = Reason(trajectory, queue);
            if (reason != Wait(trajectory))
            {
                Touch(trajectory);
                _ = reason is null ? _waits.Remove(trajectory) : (_waits[trajectory] = reason) is not null;
            }
        }
    }

    /// <summary>Something about a trajectory changed that is not here: how it ended, for example.</summary>
    public void Touch(string trajectory) => Changes.Add(_indices[trajectory]);

    /// <summary>The search as a whole was resumed or stopped: nothing is at work any more, and whatever is unfinished stands differently now.</summary>
    public void ForgetStandings()
    {
        _live.Clear();
        _atWork.Clear();
        _waits.Clear();
        foreach (var (name, missing) in _missing)
        {
            if (missing > 0)
            {
                Touch(name);
            }
        }
    }

    /// <summary>A trajectory's plan; <see langword="null"/> when there is none of that name.</summary>
    public TrajectoryPlan? Find(string trajectory) => _indices.TryGetValue(trajectory, out int index) ? Plan.Trajectories[index] : null;

    /// <summary>Whether a stage is one of the search's and its report is not known.</summary>
    public bool Lacks(string key) => _users.ContainsKey(key) && !_reports.ContainsKey(key);

    public bool Has(string key) => _reports.ContainsKey(key);

    /// <summary>
    /// A report as a point of the first trajectory that has its stage, not yet weighed; <see langword="null"/> when its stage is none of the search's.
    /// </summary>
    public FrontierPoint? Point(StageReport report)
    {
        if (!_users.ContainsKey(report.Key))
        {
            return null;
        }
        var trajectory = Plan.Trajectories[_indices[First(report.Key)]];
        int index = Array.IndexOf(_keys[trajectory.Name], report.Key);
        return new FrontierPoint
        {
            Trajectory = trajectory.Name,
            Schedule = index == 0 ? ScheduleKind.Base : trajectory.Schedule,
            Ratio = trajectory.Stages.Take(index + 1).LastOrDefault(s => s.Prune is not null)?.Prune!.Ratio ?? 0,
            Iteration = index,
            Report = report,
            OnFrontier = false,
            Parent = trajectory.Stages[index].Parent,
        };
    }

    public bool IsComplete(string trajectory) => _missing[trajectory] == 0;

    /// <summary>How a trajectory stood when it was heard of last, unless it ended.</summary>
    public Standing? Live(string trajectory) => _live.GetValueOrDefault(trajectory);

    /// <summary>Why a trajectory waits; <see langword="null"/> when it does not or nobody knows yet.</summary>
    public WaitReason? Wait(string trajectory) => _waits.GetValueOrDefault(trajectory);

    /// <summary>Reports of a trajectory's stages before the first one that did not finish.</summary>
    public IEnumerable<StageReport> Reports(string trajectory) => _keys[trajectory].TakeWhile(_reports.ContainsKey).Select(k => _reports[k]);

    public int Known(string trajectory) => _keys[trajectory].TakeWhile(_reports.ContainsKey).Count();

    /// <summary>Key of a trajectory's first stage that did not finish; <see langword="null"/> when all did.</summary>
    public string? Next(string trajectory) => _keys[trajectory].FirstOrDefault(k => !_reports.ContainsKey(k));

    /// <summary>Keys of a trajectory's stages that did not finish.</summary>
    public IReadOnlyList<string> MissingKeys(string trajectory) => _keys[trajectory].Where(k => !_reports.ContainsKey(k)).ToArray();

    /// <summary>The first trajectory, in plan order, that has a stage: it shows how the stage stands.</summary>
    public string First(string key) => _users[key][0];

    /// <summary>Whether an unfinished trajectory is the first one that has its next stage.</summary>
    public bool IsFirst(string trajectory) => Next(trajectory) is { } stage && First(stage) == trajectory;

    private WaitReason? Reason(string trajectory, QueueReasons queue)
    {
        int known = Known(trajectory);
        string key = _keys[trajectory][known], first = First(key);
        return first != trajectory ? new WaitReason(WaitKind.Stage, $"waits for stage {known + 1} of {first}")
            : _atWork.Contains(trajectory) ? null : queue.Of(key);
    }

    private void Forget(string trajectory)
    {
        _live.Remove(trajectory);
        _atWork.Remove(trajectory);
        _waits.Remove(trajectory);
    }

    /// <summary>How an unfinished trajectory stands.</summary>
    /// <param name="State">State.</param>
    /// <param name="Progress">Progress of its stage when that one runs.</param>
    /// <param name="Reason">Why its stage's last attempt did not succeed.</param>
    /// <param name="Attempts">Attempts of that stage.</param>
    public sealed record Standing(WorkState State, StageProgress? Progress, string? Reason, int Attempts)
    {
        /// <summary>Of a trajectory that waits for another one's stage.</summary>
        public static readonly Standing Waiting = new(WorkState.Waiting, null, null, 0);
    }
}
