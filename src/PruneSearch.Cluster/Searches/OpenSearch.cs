using System.Diagnostics.CodeAnalysis;
using PruneSearch.Cluster.Measuring;
using PruneSearch.Cluster.Progress;
using PruneSearch.Cluster.Stages;
using PruneSearch.Cluster.Trajectories;
using PruneSearch.Core;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;

namespace PruneSearch.Cluster.Searches;

/// <summary>A search that its coordinator has read: what it knows of its stages and trajectories, and how it learns more.</summary>
internal sealed class OpenSearch
{
    // Slots for each of which one proposal waits: so many are tried with a little less knowledge, and no slot waits for a proposal.
    private const int Ahead = 2;

    private readonly SearchProgressStore _progress;
    private readonly ICheckpointStore _store;
    private readonly TrajectoryClient _trajectories;
    private readonly SearchState _state;
    private readonly StatusProjection _status;
    private readonly SearchReports _reports;
    private readonly SearchGrowth? _growth;
    private readonly SearchSpans _spans;
    private readonly TimeProvider _time;
    private readonly SearchMeasurements _measurements;
    private PollSchedule _schedule;
    private int? _slots;

    private OpenSearch(SearchProgressStore progress, ICheckpointStore store, TrajectoryClient trajectories, Parts parts, string? traceParent, TimeProvider time)
    {
        (_progress, _store, _trajectories, _time) = (progress, store, trajectories, time);
        (_state, _reports, _growth, _measurements) = parts;
        _spans = new SearchSpans(_state, traceParent, time);
        _status = new StatusProjection(_state, progress, _growth, traceParent, _measurements);
        _growth?.Follow(_reports.Written, _state.Point);
        Restart(retryFailed: false);
    }

    /// <summary>What it does, as far as that is known by now.</summary>
    public SearchPlan Plan => _growth is null ? _state.Plan : _state.Plan with { Trajectories = _state.Trajectories.Select(t => t.Plan).ToArray() };

    /// <summary>Whether every trajectory completed or failed, no other will come, and every model is measured where it is to be measured.</summary>
    public bool IsOver => _state.Open == 0 && _growth is null or { IsExhausted: true } && !_measurements.HasOpen;

    /// <summary>Reads what is known of a search.</summary>
    public static async Task<OpenSearch> OpenAsync(SearchPlan plan, SearchProgressStore progress, ICheckpointStore store, TrajectoryClient trajectories,
        string? traceParent, TimeProvider time)
    {
        var state = await Task.Run(() => new SearchState(plan)); // off the coordinator's turn: keys of many stages are computed
        var growth = plan.Growth is null ? null : await SearchGrowth.OpenAsync(store, plan);
        foreach (var proposed in growth?.Proposed ?? [])
        {
            state.Add(proposed);
        }
        var measurements = await SearchMeasurements.OpenAsync(store, plan, trajectories);
        state.Added += report => measurements.Add(report.Key, state.Describe(report.Key)!);
        var reports = await SearchReports.OpenAsync(store, state);
        await measurements.LookAsync();
        return new OpenSearch(progress, store, trajectories, new Parts(state, reports, growth, measurements), traceParent, time);
    }

    /// <summary>How it stands, in a few numbers.</summary>
    /// <param name="driven">Whether the coordinator is at work on it.</param>
    public SearchSummary Summary(bool driven) => _status.Summary(driven, _reports.Volume);

    /// <summary>What changed since somebody looked last.</summary>
    public StatusPage Page(StatusPosition after, int limit, bool driven) => _status.Page(after, limit, Summary(driven));

    /// <summary>Written reports from a position on.</summary>
    public ReportPage Reports(int after, int limit, bool driven) => _reports.Page(after, limit, Summary(driven).State);

    /// <summary>Written figures of other device classes from a position on.</summary>
    public FigurePage Figures(int after, int limit, bool driven) =>
        _measurements.Page(after, Math.Min(limit, ReportPage.Largest), Summary(driven).State);

    /// <summary>What a trajectory or a measurement is to do; <see langword="null"/> when there is none of that name.</summary>
    public TrajectoryOrder? Order(string trajectory, string? traceParent) =>
        _state.Find(trajectory) is { } known ? new TrajectoryOrder(_state.Plan.DeviceClass, known.Plan, traceParent)
        : _measurements.Order(trajectory, traceParent);

    /// <summary>How it ends, given how its trajectories ended.</summary>
    public (WorkState State, string? Reason) Outcome() => _status.Outcome();

    /// <summary>Raises its budget.</summary>
    /// <returns>Whether it is larger than it was.</returns>
    /// <exception cref="InvalidOperationException">It has none.</exception>
    public async Task<bool> ExtendAsync(BudgetSettings budget)
    {
        var growth = _growth ?? throw new InvalidOperationException(
            $"Search '{_state.Plan.Id}' does not grow: everything that it tries was known at launch.");
        var raised = growth.Budget.Raised(budget);
        if (raised == growth.Budget)
        {
            return false;
        }
        await _progress.ExtendAsync(raised);
        return true;
    }

    /// <summary>Proposes what shall be tried next and starts it, if it is time.</summary>
    public async Task GrowAsync()
    {
        if (_growth is not { IsExhausted: false } growth || _slots is not { } slots)
        {
            return;
        }
        if (_state.Trajectories[0].End is not null)
        {
            growth.Close();
            return;
        }
        int wanted = Math.Max(slots, 1) + Math.Max(slots / Ahead, 1);
        if (growth.Open < wanted)
        {
            await FlushAsync(); // what a proposal is made of is written before it
            var polls = (await growth.ProposeAsync(wanted)).Select(p => _schedule.Start(_state.Add(p).Plan)).ToList();
            await Task.WhenAll(polls.Select(AskAsync));
        }
    }

    /// <summary>All unfinished trajectories are to be started anew.</summary>
    /// <param name="retryFailed">Whether failed stages are tried again.</param>
    [MemberNotNull(nameof(_schedule))]
    public void Restart(bool retryFailed)
    {
        foreach (var trajectory in _state.Trajectories)
        {
            SetEnd(trajectory, _progress.Ended.GetValueOrDefault(trajectory.Name));
        }
        _measurements.Restart(retryFailed, name => _progress.Ended.GetValueOrDefault(name)?.Reason);
        _growth?.Resume(_progress.Budget);
        _schedule = new PollSchedule(_state.Trajectories.Select(t => t.Plan), t => _state.Find(t.Name)!.IsUnfinished, retryFailed);
    }

    /// <summary>Ends what was kept for a search at work: its span and its gauges.</summary>
    public void Ended(WorkState state, string? reason)
    {
        _spans.Ended(state, reason, _reports.Volume);
        Telemetry.Forget(_state.Plan.Id);
        ForgetStandings();
    }

    /// <summary>Nothing of it is at work any more.</summary>
    public void ForgetStandings() => _state.ForgetStandings();

    /// <summary>Asks the trajectories whose turn it is how they stand, as many as there is time for, and the queue why those wait that do.</summary>
    /// <returns>Whether it came to all that are to be started: otherwise it should go on soon.</returns>
    public async Task<bool> PollAsync()
    {
        bool isWhole = await _schedule.AskAsync([.. _state.AtWork.Select(t => t.Plan)], AskAsync, _time);
        var slots = _progress.Slots ?? _state.Plan.Slots;
        var queue = await _trajectories.LookAtQueueAsync(_state.Plan.DeviceClass, slots);
        _state.Explain(queue);
        _slots = queue.Slots ?? _slots;
        isWhole &= await _measurements.PollAsync(slots, SetFailed, _time);
        await FlushAsync();
        await (_growth?.MergeAsync() ?? Task.CompletedTask);
        return isWhole;
    }

    /// <summary>A trajectory may have failed: it is asked.</summary>
    public Task AskAsync(string trajectory) =>
        _state.Find(trajectory) is { IsUnfinished: true } known ? AskAsync(new PollSchedule.Poll(known.Plan, IsFirst: false))
        : _measurements.AskAsync(trajectory, SetFailed);

    /// <summary>A stage may have finished: its report is read from the store.</summary>
    /// <param name="stageKey">The stage; one that is none of the search's, or that is known, is ignored.</param>
    /// <param name="flush">Whether the report is to be written to the search's log at once and not with the next poll.</param>
    /// <returns>Whether that was new.</returns>
    public async Task<bool> ReadReportAsync(StageKey stageKey, bool flush)
    {
        if (await _measurements.ReadReportAsync(stageKey))
        {
            return true;
        }
        if (!_state.Lacks(stageKey) || await _store.TryReadReportAsync(stageKey) is not { } report)
        {
            return false;
        }
        _state.Add(report);
        if (flush || _reports.IsFull)
        {
            await FlushAsync();
        }
        return true;
    }

    /// <summary>Writes the reports that came since the last time: who follows them has all of them.</summary>
    public async Task FlushAsync()
    {
        await _reports.FlushAsync();
        await _measurements.FlushAsync();
        _growth?.Follow(_reports.Written, _state.Point);
    }

    /// <summary>Tells the instruments how it stands.</summary>
    public void Measure() => _status.Measure(_reports.Volume);

    /// <summary>Stops all trajectories that are unfinished.</summary>
    public Task CancelAsync()
    {
        var unfinished = _state.Trajectories.Where(t => t.IsUnfinished).ToList();
        unfinished.ForEach(t => _spans.Ended(t, WorkState.Cancelled, null));
        Ended(WorkState.Cancelled, null);
        return Task.WhenAll([.. unfinished.Select(t => _trajectories.CancelAsync(t.Plan, t.MissingKeys)), _measurements.CancelAsync()]);
    }

    private async Task AskAsync(PollSchedule.Poll poll)
    {
        var trajectory = _state.Find(poll.Plan.Name)!;
        if (await _trajectories.AskAsync(_schedule, poll, trajectory.Known) is not { } news)
        {
            return;
        }
        _state.Update(trajectory, news);
        // Many trajectories may wait for the stage that failed: one of them keeps the log.
        if (news.State == WorkState.Failed && _progress.Failed(trajectory.Name, news.Reason, trajectory.IsFirst ? news.LogTail : null))
        {
            SetEnd(trajectory, _progress.Ended[trajectory.Name]);
            _spans.Ended(trajectory, WorkState.Failed, news.Reason);
        }
    }

    private void SetFailed(Measurement measurement, TrajectoryNews news) => _progress.Failed(measurement.Name, news.Reason, news.LogTail);

    private void SetEnd(TrajectoryState trajectory, TrajectoryEnd? end)
    {
        _state.SetEnd(trajectory, end);
        if (trajectory.Proposed is { } proposed)
        {
            _growth!.SetFailed(proposed.Number, end is not null);
        }
    }

    // What was read of it from the store.
    private sealed record Parts(SearchState State, SearchReports Reports, SearchGrowth? Growth, SearchMeasurements Measurements);
}
