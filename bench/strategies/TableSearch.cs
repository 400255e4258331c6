using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Strategies;

namespace PruneSearch.Bench.Strategies;

/// <summary>A search whose results come out of a table: one trial after the other, each at once.</summary>
internal sealed class TableSearch
{
    private readonly TableProblem _table;
    private readonly List<Trial> _trials = [];
    private readonly HashSet<int> _stages = [];
    private readonly IncrementalFrontier _frontier;
    private readonly bool _aims;
    private readonly double[] _seconds;
    private readonly int[] _counts;
    private readonly PriceFactors _factors;
    private double _within = double.PositiveInfinity;

    /// <param name="table">The table.</param>
    /// <param name="seed">Of the strategy.</param>
    /// <param name="aims">Whether the strategy is told the goal.</param>
    public TableSearch(TableProblem table, int seed, bool aims)
    {
        (_table, _aims) = (table, aims);
        _frontier = new IncrementalFrontier([.. table.Objectives.Select(_ => 1.0)]);
        _factors = new PriceFactors(table.Space);
        _seconds = new double[table.Table.Rungs.Count];
        _counts = new int[table.Table.Rungs.Count];
        Problem = new StrategyProblem
        {
            Space = table.Space,
            Objectives = [.. table.Objectives.Select(o => new StrategyObjective(o.Name, 1, o.Trained))],
            Rungs = table.Table.Rungs,
            Seed = seed,
            Known = table.Objectives.Any(o => o.Known) ? table.KnownCosts : null,
            Price = table.HasSeconds ? Price : null,
        };
    }

    public StrategyProblem Problem { get; }

    public StrategyHistory History => field is { } h && h.Trials.Count == _trials.Count ? h
        : field = new StrategyHistory([.. _trials]).Toward(_aims ? _table.Goal : null);

    /// <summary>Slot-seconds of new work so far; trials where the table has no seconds.</summary>
    public double Cost { get; private set; }

    /// <summary>
    /// Share of the table's hypervolume that was found. With a goal: how near the best that keeps to it comes to the best of the table, 1 less the
    /// distance as a share of the objective's range; 0 before anything keeps to it.
    /// </summary>
    public double Share => _table.Goal is null ? _frontier.Hypervolume / _table.Hypervolume : 1 - Math.Min(1, _within - _table.BestWithin);

    /// <summary>Gives a proposal its results.</summary>
    public void Try(Proposal proposal)
    {
        var row = _table.RowOf(proposal.Configuration);
        int first = proposal.Continues is { } number ? _trials[number].Rung + 1 : 0;
        var expected = Enumerable.Range(0, proposal.Rung + 1).Select(rung => Expected(row, rung)).ToList();
        var results = new List<RungResult>();
        for (int rung = first; rung <= proposal.Rung; rung++)
        {
            double seconds = Seconds(row, rung);
            double[] costs = _table.Costs(row, rung);
            results.Add(new RungResult(rung, costs, seconds));
            _factors.Add(proposal.Configuration, rung > 0, seconds / expected[rung]);
            _frontier.Add(costs);
            _within = _table.Goal is { } goal && _table.Keeps(costs) ? Math.Min(_within, costs[goal.Best!.Value]) : _within;
            Cost += seconds;
        }
        _trials.Add(new Trial { Number = _trials.Count, Proposal = proposal, State = TrialState.Completed, Results = results });
    }

    private double Seconds(RecordedRow row, int rung)
    {
        if (row.Stages is null)
        {
            return row.Seconds?[rung] ?? (rung == _table.Table.Rungs.Count - 1 ? 1 : 0);
        }
        double sum = 0;
        foreach (int stage in row.Stages[rung].Where(_stages.Add))
        {
            sum += _table.Table.Stages![stage];
            _seconds[rung] += _table.Table.Stages[stage];
            _counts[rung]++;
        }
        return sum;
    }

    // What a search could expect: stages that it does not have yet, each as long as those of the same rung took on average so far.
    private double Price(Configuration configuration, int rung, StrategyHistory history)
    {
        var row = _table.RowOf(configuration);
        int from = (history.Find(configuration)?.Deepest?.Rung ?? -1) + 1;
        double price = 0;
        for (int r = from; r <= rung; r++)
        {
            price += Expected(row, r) * (row.Stages is null ? 1 : _factors.Of(configuration, r > 0));
        }
        return price;
    }

    // Without what the configuration says about it.
    private double Expected(RecordedRow row, int rung) => (row.Stages is null ? 1 : row.Stages[rung].Count(s => !_stages.Contains(s)))
        * (_counts[rung] > 0 ? _seconds[rung] / _counts[rung] : Before(rung));

    // Before any was seen: in proportion to the training, with something for all the rest.
    private double Before(int rung)
    {
        var rungs = _table.Table.Rungs;
        double training = rungs[rung] - (rung > 0 ? rungs[rung - 1] : 0);
        return (rungs[^1] / 10 + training) / rungs[^1];
    }
}
