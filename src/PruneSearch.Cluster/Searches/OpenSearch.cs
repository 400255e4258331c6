using System.Diagnostics.CodeAnalysis;
using PruneSearch.Cluster.Stages;
using PruneSearch.Cluster.Trajectories;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;

namespace PruneSearch.Cluster.Searches;

/// <summary>A search that its coordinator has read: what it knows of its stages and trajectories, and how it learns more.</summary>
internal sealed class OpenSearch
{
    private readonly SearchProgressStore _progress;
    private readonly ICheckpointStore _store;
    private readonly TrajectoryClient _trajectories;
    private readonly SearchState _state;
    private readonly StatusProjection _status;
    private readonly SearchReports _reports;
    private PollSchedule _schedule;

    private OpenSearch(SearchProgressStore progress, ICheckpointStore store, TrajectoryClient trajectories, SearchState state, SearchReports reports)
    {
        (_progress, _store, _trajectories, _state, _reports) = (progress, store, trajectories, state, reports);
        _status = new StatusProjection(state, progress);
        Restart(retryFailed: false);
    }

    public SearchPlan Plan => _state.Plan;

    /// <summary>Whether every trajectory completed or failed.</summary>
    public bool IsOver => _state.Open == 0;

    /// <summary>Reads what is known of a search.</summary>
    public static async Task<OpenSearch> OpenAsync(SearchPlan plan, SearchProgressStore progress, ICheckpointStore store, TrajectoryClient trajectories)
    {
        var state = new SearchState(plan);
        return new OpenSearch(progress, store, trajectories, state, await SearchReports.OpenAsync(store, state));
    }

    /// <summary>How it stands, in a few numbers.</summary>
    /// <param name="driven">Whether the coordinator is at work on it.</param>
    public SearchSummary Summary(bool driven) => _status.Summary(driven, _reports.Volume);

    /// <summary>What changed since somebody looked last.</summary>
    public StatusPage Page(StatusPosition after, int limit, bool driven) => _status.Page(after, limit, Summary(driven));

    /// <summary>Written reports from a position on.</summary>
    public ReportPage Reports(int after, int limit, bool driven) => _reports.Page(after, limit, Summary(driven).State);

    /// <summary>A trajectory's plan; <see langword="null"/> when there is none of that name.</summary>
    public TrajectoryPlan? Find(string trajectory) => _state.Find(trajectory)?.Plan;

    /// <summary>How it ends, given how its trajectories ended.</summary>
    public (WorkState State, string? Reason) Outcome() => _status.Outcome();

    /// <summary>Raises its budget.</summary>
    /// <exception cref="InvalidOperationException">It has none.</exception>
    public Task ExtendAsync(BudgetSettings budget) =>
        throw new InvalidOperationException($"Search '{Plan.Id}' does not grow: everything that it tries was known at launch.");

    /// <summary>All unfinished trajectories are to be started anew.</summary>
    /// <param name="retryFailed">Whether failed stages are tried again.</param>
    [MemberNotNull(nameof(_schedule))]
    public void Restart(bool retryFailed)
    {
        foreach (var trajectory in _state.Trajectories)
        {
            _state.SetEnd(trajectory, _progress.Ended.GetValueOrDefault(trajectory.Name));
        }
        _schedule = new PollSchedule(_state.Trajectories.Select(t => t.Plan), t => _state.Find(t.Name)!.IsUnfinished, retryFailed);
    }

    /// <summary>Nothing of it is at work any more.</summary>
    public void Rest() => _state.ForgetStandings();

    /// <summary>Asks the trajectories whose turn it is how they stand, and the queue why those wait that do.</summary>
    public async Task PollAsync()
    {
        foreach (var batch in _schedule.Due(_state.AtWork.Select(t => t.Plan)).Chunk(PollSchedule.AtOnce))
        {
            await Task.WhenAll(batch.Select(AskAsync));
        }
        _state.Explain(await _trajectories.LookAtQueueAsync());
        await FlushAsync();
    }

    /// <summary>A trajectory may have failed: it is asked.</summary>
    public Task AskAsync(string trajectory) =>
        _state.Find(trajectory) is { IsUnfinished: true } known ? AskAsync(new PollSchedule.Poll(known.Plan, IsFirst: false)) : Task.CompletedTask;

    /// <summary>A stage may have finished: its report is read from the store.</summary>
    /// <param name="stageKey">The stage; one that is none of the search's, or that is known, is ignored.</param>
    /// <param name="flush">Whether the report is to be written to the search's log at once and not with the next poll.</param>
    /// <returns>Whether that was new.</returns>
    public async Task<bool> ReadReportAsync(StageKey stageKey, bool flush)
    {
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
    public Task FlushAsync() => _reports.FlushAsync();

    /// <summary>Tells the instruments how it stands.</summary>
    public void Measure() => _status.Measure(_reports.Volume);

    /// <summary>Stops all trajectories that are unfinished.</summary>
    public Task CancelAsync()
    {
        var unfinished = _state.Trajectories.Where(t => t.IsUnfinished).ToList();
        Rest();
        return Task.WhenAll(unfinished.Select(t => _trajectories.CancelAsync(t.Plan, t.MissingKeys)));
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
            _state.SetEnd(trajectory, _progress.Ended[trajectory.Name]);
        }
    }
}
