using PruneSearch.Cluster.Measuring;
using PruneSearch.Cluster.Progress;
using PruneSearch.Core;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Searches;

/// <summary>A search as others see it: from what its coordinator knows and what it persisted.</summary>
internal sealed class StatusProjection(
    SearchState search, SearchProgressStore progress, SearchGrowth? growth = null, string? traceParent = null, SearchMeasurements? measurements = null)
{
    private static readonly WaitReason Interrupted = new(WaitKind.Interrupted, "waits until the search is resumed");

    private SearchPlan Plan => search.Plan;

    /// <summary>A search that cannot be read: the list of searches names it still.</summary>
    public static SearchSummary Unreadable(SearchPlan old, string reason) => new()
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
        if (growth?.Fault is { } fault)
        {
            return (search.Trajectories.Any(t => t.Known > 1) ? WorkState.CompletedWithFailures : WorkState.Failed, fault);
        }
        bool onlyBase = search.Trajectories.All(t => t.Stages.Count == 1);
        bool gotSomewhere = onlyBase ? search.Completed > 0 : search.Trajectories.Any(t => t.Known > 1);
        if (gotSomewhere)
        {
            return search.Failed == 0 && measurements?.Failed.LastOrDefault() is { } last
                ? (WorkState.CompletedWithFailures,
                    $"{measurements.Failed.Count()} of {measurements.Count} measurements failed; on {last.DeviceClass}: {last.Failure}")
                : search.Failed == 0 ? (WorkState.Completed, null)
                : (WorkState.CompletedWithFailures, $"{search.Failed} of {search.Trajectories.Count} trajectories failed");
        }
        var first = search.Trajectories.First(t => !t.IsComplete);
        return (WorkState.Failed, $"no trajectory got beyond the base detector; {first.Name}: {first.End!.Reason}");
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
            Trajectories = search.Trajectories.Count,
            Completed = search.Completed,
            Failed = search.Failed,
            Stages = search.Stages,
            CompletedStages = search.CompletedStages,
            FrontierVolume = volume,
            Growth = growth?.Status(),
            TraceParent = traceParent,
            Slots = progress.Slots ?? Plan.Slots,
            Measuring = measurements?.Status() ?? [],
        };
    }

    /// <summary>What changed since somebody looked last.</summary>
    public StatusPage Page(StatusPosition after, int limit, SearchSummary summary)
    {
        long since = after.Source == search.Changes.Source ? after.Revision : 0;
        var (changed, revision, isLast) = search.Changes.After(since, Math.Clamp(limit, 1, ReportPage.Largest));
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
        var running = search.AtWork.Select(t => t.Next).OfType<StageState>().ToHashSet();
        var failed = search.Trajectories.Where(t => t.End is not null).SelectMany(t => t.Stages)
            .Where(s => s.Report is null && !running.Contains(s)).ToHashSet();
        Set("completed", search.CompletedStages);
        Set("running", running.Count);
        Set("failed", failed.Count);
        Set("waiting", search.Stages - search.CompletedStages - running.Count - failed.Count);
        var tag = (Telemetry.SearchTag, Plan.Id);
        Telemetry.FrontierVolume.Set(volume, tag);
        Telemetry.SearchSeconds.Set(search.SlotSeconds, tag);
        if (growth?.Status() is { } grown && grown.Budget.Share(grown.Spent) is { } share)
        {
            Telemetry.BudgetSpent.Set(share, tag);
        }

        void Set(string state, int stages) => Telemetry.SearchStages.Set(
            stages, (Telemetry.SearchTag, Plan.Id), (Telemetry.DeviceClassTag, Plan.DeviceClass), (Telemetry.StateTag, state));
    }

    private TrajectoryStatus Status(int index, WorkState state)
    {
        var trajectory = search.Trajectories[index];
        var reports = trajectory.Reports.ToList();
        var end = trajectory.IsComplete ? new TrajectoryEnd(WorkState.Completed, null) : trajectory.End;
        var live = end is null ? trajectory.Live : null;
        return new TrajectoryStatus
        {
            Name = trajectory.Name,
            Index = index,
            Schedule = trajectory.Plan.Schedule,
            Ratio = trajectory.Plan.Ratio,
            State = end?.State ?? (progress.State == WorkState.Cancelled ? WorkState.Cancelled : live?.State ?? WorkState.Waiting),
            Stages = trajectory.Stages.Count,
            CompletedStages = reports.Count,
            NextStage = trajectory.Next?.Key,
            Map50 = reports.Count > 0 ? reports[^1].Map50 : null,
            SecondsPerStage = reports.Count > 1 ? reports.Skip(1).Average(r => r.Seconds.Values.Sum()) : null,
            Progress = live?.Progress,
            Reason = end?.Reason ?? live?.Reason,
            Attempts = live?.Attempts ?? 0,
            Worker = live?.Worker,
            LogTail = end?.LogTail,
            Wait = end is not null || state.IsOver() ? null : state == WorkState.Waiting ? Interrupted : trajectory.Wait,
            Warnings = reports.Index().Where(r => trajectory.Stages[r.Index].First == trajectory)
                .SelectMany(r => r.Item.Warnings.Select(w => new StageWarning(r.Index, w))).ToArray(),
            Proposal = trajectory.Proposed is { } proposed ? growth!.Status(proposed) : null,
        };
    }
}
