using System.Runtime.InteropServices;
using PruneSearch.Core;
using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Searches;

/// <summary>What a coordinator knows about its search, and the views that it shows. Adding something twice changes nothing.</summary>
internal sealed class SearchBoard
{
    private readonly SearchPlan _plan;
    private readonly Dictionary<string, string[]> _keys;
    private readonly Dictionary<string, List<string>> _users = [];
    private readonly Dictionary<string, int> _missing;
    private readonly Dictionary<string, StageReport> _reports = [];
    private readonly StagePlaces _places;
    private readonly Dictionary<string, TrajectoryStatus> _live = [];
    private readonly HashSet<string> _atWork = [];
    private int _complete;

    public SearchBoard(SearchPlan plan)
    {
        _plan = plan;
        _keys = plan.Trajectories.ToDictionary(t => t.Name, t => t.Stages.Select(s => s.ComputeKey()).ToArray());
        _places = new StagePlaces(plan, _keys);
        _missing = _keys.ToDictionary(k => k.Key, k => k.Value.Length);
        foreach (var (name, keys) in _keys)
        {
            foreach (string key in keys)
            {
                (CollectionsMarshal.GetValueRefOrAddDefault(_users, key, out _) ??= []).Add(name);
            }
        }
    }

    /// <summary>A report came that was not known.</summary>
    public event Action<StageReport>? Added;

    /// <summary>Keys of the stages by trajectory.</summary>
    public IReadOnlyDictionary<string, string[]> Keys => _keys;

    /// <summary>Names of trajectories whose stage is at work.</summary>
    public IEnumerable<string> Live => _atWork;

    /// <summary>A stage finished.</summary>
    public void Add(StageReport report)
    {
        if (_users.TryGetValue(report.Key, out var users) && _reports.TryAdd(report.Key, report))
        {
            Added?.Invoke(report);
            foreach (string name in users)
            {
                if (--_missing[name] == 0)
                {
                    _complete++;
                    _live.Remove(name);
                    _atWork.Remove(name);
                }
            }
        }
    }

    /// <summary>A trajectory told how it stands; its reports are those that were not known.</summary>
    public void Update(TrajectoryStatus status)
    {
        foreach (var report in status.Reports)
        {
            Add(report);
        }
        if (IsComplete(status.Name) || status.State == WorkState.Failed)
        {
            _live.Remove(status.Name);
            _atWork.Remove(status.Name);
            return;
        }
        _live[status.Name] = status with { Reports = [] };
        _ = status.Progress is null ? _atWork.Remove(status.Name) : _atWork.Add(status.Name);
    }

    /// <summary>Whether a stage finished.</summary>
    public bool Has(string key) => _reports.ContainsKey(key);

    /// <summary>A report as a point of the search, not yet weighed.</summary>
    public FrontierPoint? Point(StageReport report) => _places.Point(report);

    /// <summary>Whether all stages of a trajectory finished.</summary>
    public bool IsComplete(string trajectory) => _missing[trajectory] == 0;

    /// <summary>Finished stages of a trajectory before the first one that is not.</summary>
    public int Known(string trajectory) => _keys[trajectory].TakeWhile(_reports.ContainsKey).Count();

    /// <summary>Keys of a trajectory's stages that did not finish.</summary>
    public IReadOnlyList<string> MissingKeys(string trajectory) => _keys[trajectory].Where(k => !_reports.ContainsKey(k)).ToArray();

    /// <summary>Whether every trajectory completed or failed.</summary>
    public bool IsOver(SearchProgress progress) => _complete + progress.Ended.Keys.Count(name => !IsComplete(name)) == _missing.Count;

    /// <summary>Nothing is at work any more.</summary>
    public void ForgetLive()
    {
        _live.Clear();
        _atWork.Clear();
    }

    /// <summary>How the search ends, given how its trajectories ended.</summary>
    public (WorkState State, string? Reason) Outcome(SearchProgress progress)
    {
        bool onlyBase = _plan.Trajectories.All(t => t.Stages.Count == 1);
        bool gotSomewhere = onlyBase
            ? _complete > 0
            : _plan.Trajectories.Any(t => Reports(t).Count > 1);
        if (gotSomewhere)
        {
            int failed = _plan.Trajectories.Count(t => !IsComplete(t.Name));
            return failed == 0 ? (WorkState.Completed, null) : (WorkState.CompletedWithFailures, $"{failed} of {_plan.Trajectories.Count} trajectories failed");
        }
        var first = _plan.Trajectories.First(t => !IsComplete(t.Name));
        return (WorkState.Failed, $"no trajectory got beyond the base detector; {first.Name}: {progress.Ended[first.Name].Reason}");
    }

    /// <summary>How the search stands.</summary>
    /// <param name="progress">What was persisted.</param>
    /// <param name="driven">Whether the coordinator is at work on it.</param>
    public SearchStatus Status(SearchProgress progress, bool driven)
    {
        var (state, reason) = Standing(progress, driven);
        return new SearchStatus
        {
            Id = _plan.Id,
            Name = _plan.Name,
            Created = _plan.Created,
            State = state,
            Reason = reason,
            Trajectories = _plan.Trajectories.Select(t => Status(t, progress)).ToArray(),
        };
    }

    /// <summary>How the search stands, in a few numbers.</summary>
    public SearchSummary Summary(SearchProgress progress, bool driven)
    {
        var (state, reason) = Standing(progress, driven);
        return new SearchSummary
        {
            Id = _plan.Id,
            Name = _plan.Name,
            Created = _plan.Created,
            State = state,
            Reason = reason,
            Trajectories = _plan.Trajectories.Count,
            Completed = _complete,
            Failed = progress.Ended.Count(e => e.Value.State == WorkState.Failed && !IsComplete(e.Key)),
            Stages = _users.Count,
            CompletedStages = _reports.Count,
        };
    }

    /// <summary>Tells the instruments how many stages are in which state.</summary>
    public void Measure()
    {
        int running = _atWork.Select(name => _keys[name][Math.Min(Known(name), _keys[name].Length - 1)]).Distinct().Count();
        Telemetry.RecordStages(_plan.Id, "completed", _reports.Count);
        Telemetry.RecordStages(_plan.Id, "running", running);
        Telemetry.RecordStages(_plan.Id, "waiting", _users.Count - _reports.Count - running);
    }

    private static (WorkState State, string? Reason) Standing(SearchProgress progress, bool driven) => progress.State == WorkState.Running && !driven
        ? (WorkState.Waiting, "it was interrupted; resume it to go on")
        : (progress.State, progress.Reason);

    private TrajectoryStatus Status(TrajectoryPlan plan, SearchProgress progress)
    {
        var reports = Reports(plan);
        bool complete = IsComplete(plan.Name);
        var end = complete ? new TrajectoryEnd(WorkState.Completed, null) : progress.Ended.GetValueOrDefault(plan.Name);
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
            LogTail = end?.LogTail,
        };
    }

    private List<StageReport> Reports(TrajectoryPlan plan) =>
        [.. _keys[plan.Name].TakeWhile(_reports.ContainsKey).Select(k => _reports[k])];
}
