using PruneSearch.Core;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Searches;

/// <summary>A search as others see it: from what its coordinator knows and what it persisted.</summary>
internal sealed class StatusProjection(SearchState search, SearchProgressStore progress)
{
    public const int LargestPage = 500;

    private static readonly WaitReason Interrupted = new(WaitKind.Interrupted, "waits until the search is resumed");

    private SearchPlan Plan => search.Plan;

    /// <summary>Whether every trajectory completed or failed.</summary>
    public bool IsOver => search.Completed + progress.Ended.Keys.Count(name => !search.IsComplete(name)) == Plan.Trajectories.Count;

    /// <summary>A search that this version cannot read: the list of searches names it still.</summary>
    public static SearchSummary LeftBehind(SearchPlan old, string reason) => new()
    {
        Id = old.Id,
        Name = old.Name,
        State = WorkState.Failed,
        Reason = reason,
        Created = old.Created,
        Trajectories = old.Trajectories.Count,
        Completed = 0,
        Failed = 0,
        Stages = 0,
        CompletedStages = 0,
    };

    /// <summary>How the search ends, given how its trajectories ended.</summary>
    public (WorkState State, string? Reason) Outcome()
    {
        bool onlyBase = Plan.Trajectories.All(t => t.Stages.Count == 1);
        bool gotSomewhere = onlyBase ? search.Completed > 0 : Plan.Trajectories.Any(t => search.Known(t.Name) > 1);
        if (gotSomewhere)
        {
            int failed = Plan.Trajectories.Count - search.Completed;
            return failed == 0 ? (WorkState.Completed, null) : (WorkState.CompletedWithFailures, $"{failed} of {Plan.Trajectories.Count} trajectories failed");
        }
        var first = Plan.Trajectories.First(t => !search.IsComplete(t.Name));
        return (WorkState.Failed, $"no trajectory got beyond the base detector; {first.Name}: {progress.Ended[first.Name].Reason}");
    }

    /// <summary>How the search stands, in a few numbers.</summary>
    /// <param name="driven">Whether the coordinator is at work on it.</param>
    /// <param name="volume">Volume of the frontier.</param>
    public SearchSummary Summary(bool driven, double volume)
    {
        var (state, reason) = progress.IsRunning && !driven ? (WorkState.Waiting, "it was interrupted; resume it to go on") : (progress.State, progress.Reason);
        return new SearchSummary
        {
            Id = Plan.Id,
            Name = Plan.Name,
            Created = Plan.Created,
            State = state,
            Reason = reason,
            Trajectories = Plan.Trajectories.Count,
            Completed = search.Completed,
            Failed = progress.Ended.Count(e => e.Value.State == WorkState.Failed && !search.IsComplete(e.Key)),
            Stages = search.Stages,
            CompletedStages = search.CompletedStages,
            FrontierVolume = volume,
        };
    }

    /// <summary>What changed since somebody looked last.</summary>
    public StatusPage Page(StatusPosition after, int limit, SearchSummary summary)
    {
        var (changed, revision, isLast) = search.Changes.After(after.Source == search.Changes.Source ? after.Revision : 0, Math.Clamp(limit, 1, LargestPage));
        return new StatusPage
        {
            Summary = summary,
            Changed = [.. changed.Select(i => Status(i, summary.State))],
            Next = new StatusPosition(search.Changes.Source, revision),
            IsLast = isLast,
        };
    }

    /// <summary>Tells the instruments how many stages are in which state, and the volume of the frontier.</summary>
    public void Measure(double volume)
    {
        var running = search.AtWork.Select(search.Next).OfType<StageKey>().ToHashSet();
        var failed = progress.Ended.Where(e => e.Value.State == WorkState.Failed).SelectMany(e => search.MissingKeys(e.Key))
            .Where(k => !running.Contains(k)).ToHashSet();
        Telemetry.RecordStages(Plan.Id, "completed", search.CompletedStages);
        Telemetry.RecordStages(Plan.Id, "running", running.Count);
        Telemetry.RecordStages(Plan.Id, "failed", failed.Count);
        Telemetry.RecordStages(Plan.Id, "waiting", search.Stages - search.CompletedStages - running.Count - failed.Count);
        Telemetry.RecordFrontierVolume(Plan.Id, volume);
    }

    private TrajectoryStatus Status(int index, WorkState state)
    {
        var plan = Plan.Trajectories[index];
        var reports = search.Reports(plan.Name).ToList();
        var end = search.IsComplete(plan.Name) ? new TrajectoryEnd(WorkState.Completed, null) : progress.Ended.GetValueOrDefault(plan.Name);
        var live = end is null ? search.Live(plan.Name) : null;
        return new TrajectoryStatus
        {
            Name = plan.Name,
            Index = index,
            Schedule = plan.Schedule,
            Ratio = plan.Ratio,
            State = end?.State ?? (progress.State == WorkState.Cancelled ? WorkState.Cancelled : live?.State ?? WorkState.Waiting),
            Stages = plan.Stages.Count,
            CompletedStages = reports.Count,
            NextStage = search.Next(plan.Name),
            Map50 = reports.Count > 0 ? reports[^1].Map50 : null,
            SecondsPerStage = reports.Count > 1 ? reports.Skip(1).Average(r => r.Seconds.Values.Sum()) : null,
            Progress = live?.Progress,
            Reason = end?.Reason ?? live?.Reason,
            Attempts = live?.Attempts ?? 0,
            LogTail = end?.LogTail,
            Wait = end is not null || state.IsOver() ? null : state == WorkState.Waiting ? Interrupted : search.Wait(plan.Name),
            Warnings = reports.Index().Where(r => search.First(r.Item.Key) == plan.Name)
                .SelectMany(r => r.Item.Warnings.Select(w => new StageWarning(r.Index, w))).ToArray(),
        };
    }
}

/// <summary>Which trajectories changed when, so that somebody who looks again and again is only told what is new to him.</summary>
internal sealed class ChangeFeed
{
    private readonly long[] _revisions;
    private readonly SortedSet<(long Revision, int Trajectory)> _order = [];
    private long _last;

    /// <summary>All trajectories are new, in order.</summary>
    /// <param name="trajectories">How many there are.</param>
    public ChangeFeed(int trajectories)
    {
        _revisions = new long[trajectories];
        for (int i = 0; i < trajectories; i++)
        {
            Add(i);
        }
    }

    /// <summary>Revisions of this one mean nothing to another.</summary>
    public Guid Source { get; } = Guid.NewGuid();

    public void Add(int trajectory)
    {
        _order.Remove((_revisions[trajectory], trajectory));
        _revisions[trajectory] = ++_last;
        _order.Add((_last, trajectory));
    }

    /// <summary>Trajectories that changed after a revision, the oldest changes first, each once.</summary>
    /// <param name="revision">The last one that was seen.</param>
    /// <param name="limit">Largest number of them, at least 1.</param>
    /// <returns>The trajectories, the revision that was seen then, and whether there are no more.</returns>
    public (IReadOnlyList<int> Trajectories, long Revision, bool IsLast) After(long revision, int limit)
    {
        if (revision >= _last)
        {
            return ([], _last, true);
        }
        var due = _order.GetViewBetween((revision + 1, 0), (_last, int.MaxValue)).Take(limit).ToList();
        long seen = due[^1].Revision;
        return ([.. due.Select(d => d.Trajectory)], seen, seen == _last);
    }
}
