using PruneSearch.Core.Grains;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Trajectories;

/// <summary>How far a trajectory is.</summary>
internal sealed class TrajectoryWalk
{
    private readonly TrajectoryPlan _plan;
    private readonly IReadOnlyList<string> _keys;
    private readonly bool[] _retry;
    private readonly List<StageReport> _reports = [];
    private StageStatus? _waitsFor;

    public TrajectoryWalk(string deviceClass, TrajectoryPlan plan, bool retryFailed)
    {
        DeviceClass = deviceClass;
        _plan = plan;
        _keys = plan.Keys;
        _retry = [.. plan.Stages.Select(_ => retryFailed)];
    }

    public string DeviceClass { get; }

    public string? TraceParent { get; init; }

    public string Name => _plan.Name;

    public WorkState State { get; private set; } = WorkState.Running;

    public string? Reason { get; private set; }

    public string? LogTail { get; private set; }

    /// <summary>The stage that comes next. Only while it runs.</summary>
    public StageDescription Current => _plan.Stages[_reports.Count];

    /// <summary>Key of the stage that comes next. Only while it runs.</summary>
    public string CurrentKey => _keys[_reports.Count];

    /// <summary>Stages from here to the end.</summary>
    public int Remaining => _keys.Count - _reports.Count;

    /// <summary>Whether the next stage is to be tried again when it failed before: true once.</summary>
    public bool TakeRetry()
    {
        bool retry = _retry[_reports.Count];
        _retry[_reports.Count] = false;
        return retry;
    }

    /// <summary>The next stage is done.</summary>
    public void Add(StageReport report)
    {
        _waitsFor = null;
        _reports.Add(report);
        if (_reports.Count == _keys.Count)
        {
            State = WorkState.Completed;
        }
    }

    /// <summary>The next stage is not done yet.</summary>
    public void Waits(StageStatus status) => _waitsFor = status;

    /// <summary>The next stage failed for good.</summary>
    public void Fail(string reason, string? logTail)
    {
        LogTail = logTail;
        _waitsFor = null;
        State = WorkState.Failed;
        Reason = $"stage {_reports.Count + 1} of {_keys.Count}: {reason}";
    }

    /// <summary>The user stopped it.</summary>
    public void Cancel()
    {
        if (State == WorkState.Running)
        {
            _waitsFor = null;
            State = WorkState.Cancelled;
        }
    }

    /// <summary>How it stands, with the reports after the first ones that the caller knows.</summary>
    public TrajectoryNews News(int knownReports) => new()
    {
        State = State == WorkState.Running && _reports.Count == 0 && _waitsFor is not { State: WorkState.Running } ? WorkState.Waiting : State,
        IsStarted = true,
        Reports = _reports.Skip(knownReports).ToArray(),
        Progress = _waitsFor is { State: WorkState.Running } stage ? stage.Progress ?? new StageProgress { Part = "restore" } : null,
        Reason = Reason ?? _waitsFor?.Reason,
        Attempts = _waitsFor?.Attempts ?? 0,
        LogTail = LogTail ?? _waitsFor?.LogTail,
    };
}
