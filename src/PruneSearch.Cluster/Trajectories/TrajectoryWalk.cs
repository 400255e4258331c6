using PruneSearch.Core.Grains;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Trajectories;

/// <summary>How far a trajectory is.</summary>
internal sealed class TrajectoryWalk(string deviceClass, TrajectoryPlan plan, bool retryFailed)
{
    private readonly bool[] _retry = [.. plan.Stages.Select(_ => retryFailed)];
    private readonly List<StageReport> _reports = [];
    private StageStatus? _waitsFor;

    public string DeviceClass => deviceClass;

    public string? TraceParent { get; init; }

    public string Name => plan.Name;

    public WorkState State { get; private set; } = WorkState.Running;

    public string? Reason { get; private set; }

    public string? LogTail { get; private set; }

    /// <summary>The stage that comes next. Only while it runs.</summary>
    public StageDescription Current => plan.Stages[_reports.Count];

    /// <summary>Key of the stage that comes next. Only while it runs.</summary>
    public StageKey CurrentKey => plan.Keys[_reports.Count];

    /// <summary>Stages from here to the end.</summary>
    public int Remaining => plan.Keys.Count - _reports.Count;

    /// <summary>Whether the next stage is to be tried again when it failed before: true once.</summary>
    public bool TakeRetry()
    {
        bool retry = _retry[_reports.Count];
        _retry[_reports.Count] = false;
        return retry;
    }

    public void Add(StageReport report)
    {
        _waitsFor = null;
        _reports.Add(report);
        if (_reports.Count == plan.Keys.Count)
        {
            State = WorkState.Completed;
        }
    }

    public void Waits(StageStatus status) => _waitsFor = status;

    public void Fail(string reason, string? logTail)
    {
        LogTail = logTail;
        _waitsFor = null;
        State = WorkState.Failed;
        Reason = $"stage {_reports.Count + 1} of {plan.Keys.Count}: {reason}";
    }

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
        Worker = _waitsFor?.Worker,
    };
}
