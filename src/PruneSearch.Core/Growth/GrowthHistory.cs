using System.Runtime.InteropServices;
using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Strategies;

namespace PruneSearch.Core.Growth;

/// <summary>
/// What a search that grows has tried so far: its proposals, what became of them, and what that cost. It follows from the log of proposals, the
/// reports and the failures alone, whatever the order of reports, so that a search that was interrupted knows exactly what it knew.
/// </summary>
public sealed class GrowthHistory
{
    /// <summary>Nominal price of a stage beside its training, in optimizer steps.</summary>
    internal const double NominalStage = 25;

    private readonly SearchPlan _plan;
    private readonly GrowthPlan _growth;
    private readonly ProposalLayout _layout;
    private readonly StageKey _baseKey;
    private readonly List<ProposedTrajectory> _proposed = [];
    private readonly HashSet<int> _failed = [];
    private readonly SortedSet<int> _open = [];
    private readonly Dictionary<StageKey, StageUse> _stages = [];
    private StageReport? _base;
    private StrategyHistory _history = StrategyHistory.Empty;

    /// <summary>Of a search that has proposed nothing yet.</summary>
    public GrowthHistory(SearchPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        _layout = new ProposalLayout(plan);
        (_plan, _growth, _baseKey) = (plan, plan.Growth!, plan.Trajectories[0].Keys[0]);
        foreach (var key in plan.Trajectories.SelectMany(t => t.Keys))
        {
            Use(key).IsPlanned = true;
        }
    }

    /// <summary>The proposals in the order of the log.</summary>
    public IReadOnlyList<ProposedTrajectory> Proposed => _proposed;

    /// <summary>Proposals that neither completed nor failed.</summary>
    public int Open => _open.Count;

    /// <summary>How many proposals have the reports of all their stages.</summary>
    public int Completed { get; private set; }

    /// <summary>Whether the base detector's report is known: without it nothing can be weighed.</summary>
    public bool HasBase => _base is not null;

    /// <summary>What finished stages of proposals cost.</summary>
    public SearchCost Spent { get; private set; } = SearchCost.None;

    /// <summary>What the open proposals will still cost, as far as that can be said.</summary>
    public SearchCost Committed => _open.Aggregate(SearchCost.None, (sum, number) => sum + StillToCome(number));

    /// <summary>What a proposal would cost, as far as that can be said.</summary>
    public SearchCost CostOf(Proposal proposal)
    {
        ArgumentNullException.ThrowIfNull(proposal);
        var plan = Lay(proposal).Plan;
        long steps = plan.Stages.Zip(plan.Keys).Where(s => !_stages.ContainsKey(s.Second)).Sum(s => (long)(s.First.FineTune?.Steps ?? 0));
        return new SearchCost(proposal.Price ?? 0, 1, steps);
    }

    /// <summary>Takes in proposals that are in the log.</summary>
    /// <returns>Their trajectories.</returns>
    /// <exception cref="FormatException">The entry is another search's, or not the next one, or a proposal is none of this search.</exception>
    public IReadOnlyList<ProposedTrajectory> Add(ProposalBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (batch.Search != _plan.Id || batch.First != _proposed.Count || batch.Proposals.Count == 0)
        {
            throw new FormatException($"search '{_plan.Id}' has {_proposed.Count} proposals, expected its next ones and not {batch.Proposals.Count} of " +
                $"'{ErrorText.OneLine(batch.Search)}' from {batch.First} on");
        }
        foreach (var proposal in batch.Proposals)
        {
            Add(Lay(proposal));
        }
        return _proposed[batch.First..];
    }

    /// <summary>A stage finished. One that no proposal has is kept: a later one may have it.</summary>
    public void Add(StageReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var use = Use(report.Key);
        if (use.Report is not null)
        {
            return;
        }
        use.Report = report;
        if (report.Key == _baseKey)
        {
            _base = report;
            _history = _growth.Goal is { } goal ? _history.Toward(GoalBounds.Of(goal, _plan.Objectives, report)) : _history;
        }
        use.WasThere = report.Finished < _plan.Created; // another search made it
        Spent += use.Trials.Count > 0 ? use.Cost : SearchCost.None;
        foreach (int number in use.Trials)
        {
            Update(number);
        }
    }

    /// <summary>A proposal failed, or is taken up again.</summary>
    public void SetFailed(int number, bool failed)
    {
        if (failed ? _failed.Add(number) : _failed.Remove(number))
        {
            Update(number);
        }
    }

    /// <summary>Numbers of the proposals that failed.</summary>
    public IReadOnlySet<int> Failed => _failed;

    /// <summary>As strategies see it.</summary>
    public StrategyHistory ToStrategyHistory() => _history;

    private ProposedTrajectory Lay(Proposal proposal) => _layout.Lay(_proposed.Count, proposal, _proposed);

    private void Add(ProposedTrajectory proposed)
    {
        _proposed.Add(proposed);
        _history = _history.With(proposed.Proposal);
        _open.Add(proposed.Number);
        foreach (var key in proposed.Plan.Keys)
        {
            var use = Use(key);
            Spent += use.Trials.Count == 0 ? use.Cost : SearchCost.None;
            use.Trials.Add(proposed.Number);
        }
        Spent += new SearchCost(0, 1, 0);
        Update(proposed.Number);
    }

    private void Update(int number)
    {
        var proposed = _proposed[number];
        var results = new List<RungResult>();
        int done = proposed.Plan.Keys.TakeWhile(k => _stages[k].Report is not null).Count();
        int first = proposed.Proposal.Continues is { } continued ? _proposed[continued].Proposal.Rung + 1 : 0, from = 0;
        for (int rung = 0; rung <= proposed.Proposal.Rung && proposed.RungStages[rung] < done; rung++)
        {
            if (rung >= first && _base is not null)
            {
                var own = proposed.Plan.Keys.Take(proposed.RungStages[rung] + 1).Skip(from).Select(k => _stages[k]).Where(u => IsPriced(u, number));
                var report = _stages[proposed.Plan.Keys[proposed.RungStages[rung]]].Report!;
                results.Add(new RungResult(rung, Costs(report), own.Sum(Seconds)));
            }
            from = proposed.RungStages[rung] + 1;
        }
        var old = _history.Trials[number];
        var state = done == proposed.Plan.Keys.Count ? TrialState.Completed : _failed.Contains(number) ? TrialState.Failed : TrialState.Running;
        _history = _history.With(old with { State = state, Results = results.ToArray() });
        Completed += (state == TrialState.Completed ? 1 : 0) - (old.State == TrialState.Completed ? 1 : 0);
        _ = state == TrialState.Running ? _open.Add(number) : _open.Remove(number);
    }

    // A reproducible search must know the same prices on every machine, whatever other searches did before.
    private bool IsPriced(StageUse use, int number) => use.IsOf(number) && (_growth.Reproducible || !use.IsFree);

    private double Seconds(StageUse use) =>
        _growth.Reproducible ? NominalStage + use.Report!.TrainedSteps : use.Report!.Seconds.Values.Sum();

    private double[] Costs(StageReport report) => [.. _plan.Objectives.Select(o => FrontierVolume.Cost(o, report, _base!))];

    private SearchCost StillToCome(int number)
    {
        var stages = _proposed[number].Plan.Stages.Zip(_proposed[number].Plan.Keys, (stage, key) => (stage, Use: _stages[key]))
            .Where(s => s.Use.IsOf(number) && !s.Use.IsFree).ToList();
        double spent = stages.Sum(s => s.Use.Report?.Seconds.Values.Sum() ?? 0);
        long steps = stages.Where(s => s.Use.Report is null).Sum(s => (long)(s.stage.FineTune?.Steps ?? 0));
        return new SearchCost(Math.Max(0, (_proposed[number].Proposal.Price ?? 0) - spent), 0, steps);
    }

    private StageUse Use(StageKey key) => CollectionsMarshal.GetValueRefOrAddDefault(_stages, key, out _) ??= new StageUse();

    // What is known of a stage.
    private sealed class StageUse
    {
        public StageReport? Report { get; set; }

        /// <summary>Whether it was to be run before anything was proposed.</summary>
        public bool IsPlanned { get; set; }

        /// <summary>Whether another search had run it before.</summary>
        public bool WasThere { get; set; }

        public bool IsFree => IsPlanned || WasThere;

        /// <summary>What it cost its trials together.</summary>
        public SearchCost Cost => IsFree || Report is null ? SearchCost.None : new SearchCost(Report.Seconds.Values.Sum(), 0, Report.TrainedSteps);

        public List<int> Trials { get; } = [];

        /// <summary>Whether a trial is the first one that has it, and so the one that pays for it.</summary>
        public bool IsOf(int number) => !IsPlanned && Trials[0] == number;
    }
}
