using PruneSearch.Core;
using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Growth;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Settings;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;
using PruneSearch.Core.Strategies;
using PruneSearch.Storage.Proposals;

namespace PruneSearch.Cluster.Searches;

/// <summary>
/// What a search that grows tries next. It knows what the two logs say, of proposals and of reports, and nothing else: whoever reads them
/// proposes the same. A proposal is in the log before anything of it starts.
/// </summary>
internal sealed class SearchGrowth
{
    private readonly SearchPlan _plan;
    private readonly GrowthPlan _growth;
    private readonly SearchStrategy _strategy;
    private readonly GrowthHistory _history;
    private readonly ProposalLog _log;
    private readonly FrontierVolume _volume;
    private readonly GoalAnswer? _goal;
    private readonly List<VolumePoint> _curve = [];
    private readonly HashSet<int> _loggedFailures = [];
    private int _reports;

    private SearchGrowth(SearchPlan plan, SearchStrategy strategy, ProposalLog log)
    {
        (_plan, _growth, _strategy, _log) = (plan, plan.Growth!, strategy, log);
        (_history, _volume) = (new GrowthHistory(plan), new FrontierVolume(plan.Objectives));
        _goal = _growth.Goal is { } goal ? new GoalAnswer(goal) : null;
        Budget = _growth.Budget;
        Adopt(log.Written);
        foreach (int number in _loggedFailures)
        {
            _history.SetFailed(number, true);
        }
    }

    /// <summary>Its proposals, in the order of the log.</summary>
    public IReadOnlyList<ProposedTrajectory> Proposed => _history.Proposed;

    /// <summary>What may be spent.</summary>
    public BudgetSettings Budget { get; private set; }

    /// <summary>Whether nothing is open and nothing will be proposed, unless the budget grows.</summary>
    public bool IsExhausted { get; private set; }

    /// <summary>Why nothing more can be proposed: the strategy failed; <see langword="null"/> while it works.</summary>
    public string? Fault { get; private set; }

    /// <summary>Reads what a search proposed so far.</summary>
    /// <param name="store">Where its log is.</param>
    /// <param name="strategy">Decides; that of the plan when left out.</param>
    /// <exception cref="FormatException">The log is damaged or another search's.</exception>
    public static async Task<SearchGrowth> OpenAsync(ICheckpointStore store, SearchPlan plan, SearchStrategy? strategy = null) =>
        new(plan, strategy ?? new SearchStrategy(plan), await ProposalLog.OpenAsync(store, plan.Id));

    /// <summary>Takes in the reports that were written since the last time.</summary>
    /// <param name="written">All reports that are written.</param>
    /// <param name="point">A report as a point of the frontier.</param>
    public void Follow(IReadOnlyList<StageReport> written, Func<StageReport, FrontierPoint?> point)
    {
        for (; _reports < written.Count; _reports++)
        {
            var report = written[_reports];
            _history.Add(report);
            if (_goal is not null && point(report) is { } model)
            {
                _goal.Add(model);
            }
            double before = _volume.Value;
            _volume.Add(report, report.Key == _plan.Trajectories[0].Keys[0]);
            if (_volume.Value > before)
            {
                _curve.Add(new VolumePoint(_history.Spent.Seconds, _history.Completed, _volume.Value));
            }
        }
    }

    /// <summary>A proposal failed, or is taken up again.</summary>
    public void SetFailed(int number, bool failed)
    {
        _history.SetFailed(number, failed);
    }

    /// <summary>Nothing can be tried: there is no base detector.</summary>
    public void Close() => IsExhausted = true;

    /// <summary>There may be more to try: the search goes on.</summary>
    /// <param name="budget">What may be spent; <see langword="null"/> for what the plan says.</param>
    public void Resume(BudgetSettings? budget) => (IsExhausted, Fault, Budget) = (false, null, budget ?? _growth.Budget);

    /// <summary>Proposals that neither completed nor failed.</summary>
    public int Open => _history.Open;

    /// <summary>Proposes as long as there are fewer open proposals than wanted and something is left of the budget.</summary>
    /// <param name="wanted">How many shall be open, at least 1.</param>
    /// <returns>Trajectories that were added to the log: those proposed here, or by another owner of the search meanwhile.</returns>
    /// <exception cref="IOException">The log cannot be written; asking again is harmless.</exception>
    public async Task<IReadOnlyList<ProposedTrajectory>> ProposeAsync(int wanted)
    {
        int free = wanted - _history.Open;
        if (free <= 0 || !_history.HasBase)
        {
            return [];
        }
        free = Math.Min(free, Planner.MaxTrajectories - Proposed.Count);
        var proposals = await AffordableAsync(free);
        if (proposals.Count == 0)
        {
            IsExhausted = _history.Open == 0;
            return [];
        }
        var batch = new ProposalBatch
        {
            Search = _plan.Id,
            First = Proposed.Count,
            Reports = _reports,
            Slots = free,
            FailureChanges = [.. _history.Failed.Except(_loggedFailures).Union(_loggedFailures.Except(_history.Failed)).Order()],
            Proposals = proposals,
        };
        try
        {
            if (await _log.TryAppendAsync(batch))
            {
                return Adopt([batch]);
            }
        }
        catch (IOException)
        {
            // It may stand there all the same: then it is taken over.
            return Adopt(await _log.CatchUpAsync());
        }
        return Adopt(await _log.CatchUpAsync());
    }

    /// <summary>Tidies the log up.</summary>
    public Task MergeAsync() => _log.MergeAsync();

    /// <summary>Where a trajectory came from.</summary>
    public ProposalStatus Status(ProposedTrajectory proposed) => new(
        proposed.Number, proposed.Proposal.Rung, proposed.Proposal.Why, proposed.Proposal.Price,
        string.Join(", ", _growth.Space.Describe(proposed.Proposal.Configuration).Select(v => $"{v.Key} {v.Value}")));

    /// <summary>Budget, proposals and goal, as far as reports go.</summary>
    public GrowthStatus Status() => new()
    {
        Strategy = EnumNames.Of(_growth.Strategy),
        Proposals = Proposed.Count,
        Open = _history.Open,
        Spent = _history.Spent,
        Budget = Budget,
        Curve = Thinned(),
        Goal = _goal?.Standing,
    };

    private async Task<List<Proposal>> AffordableAsync(int free)
    {
        var cost = _history.Spent + _history.Committed;
        var proposals = new List<Proposal>();
        if (free <= 0 || Fault is not null || !Budget.Leaves(cost))
        {
            return proposals;
        }
        foreach (var proposal in await AskAsync(_history.ToStrategyHistory(), free))
        {
            if (!Budget.Leaves(cost))
            {
                break;
            }
            proposals.Add(proposal);
            cost += _history.CostOf(proposal);
        }
        return proposals;
    }

    // A strategy may compute for seconds, with a history that nobody changes: not on the thread of a grain's turn. The same history would
    // make it fail again, so it is not asked again until somebody resumes the search.
    private async Task<IReadOnlyList<Proposal>> AskAsync(StrategyHistory history, int slots)
    {
        try
        {
            return await Task.Run(() => _strategy.Propose(history, slots));
        }
        catch (Exception e)
        {
            Fault = $"the strategy {EnumNames.Of(_growth.Strategy)} failed: {ErrorText.OneLine(e.Message)}";
            return [];
        }
    }

    private ProposedTrajectory[] Adopt(IReadOnlyList<ProposalBatch> batches)
    {
        int before = Proposed.Count;
        foreach (var batch in batches)
        {
            foreach (int number in batch.FailureChanges)
            {
                _ = _loggedFailures.Add(number) || _loggedFailures.Remove(number);
            }
            _history.Add(batch);
        }
        return [.. Proposed.Skip(before)];
    }

    private VolumePoint[] Thinned()
    {
        int step = (_curve.Count - 1) / GrowthStatus.LargestCurve + 1;
        return [.. _curve.Where((_, i) => (_curve.Count - 1 - i) % step == 0)];
    }
}
