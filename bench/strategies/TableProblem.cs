using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Strategies;

namespace PruneSearch.Bench.Strategies;

/// <summary>
/// A table with the objectives that are weighed, each scaled to 0..1 by its range at the last rung: smaller is better, the reference point is 1.
/// </summary>
internal sealed class TableProblem
{
    private readonly Dictionary<Configuration, RecordedRow> _rows;
    private readonly (int Place, double From, double To)[] _scales;

    /// <param name="table">The table.</param>
    /// <param name="objectives">What is weighed; the table says when left out.</param>
    /// <param name="bounds">Figures that a result must reach, in the table's units, where only the best within them is looked for.</param>
    /// <param name="best">What shall be the best within the bounds.</param>
    public TableProblem(
        RecordedTable table, IReadOnlyList<string>? objectives = null, IReadOnlyDictionary<string, double>? bounds = null, string? best = null)
    {
        Table = table;
        Space = new SearchSpace { Hyperparameters = table.Hyperparameters };
        Objectives = objectives is null ? [.. table.Objectives.Where(o => o.Weighed)] : [.. objectives.Select(name => Named(table, name))];
        _rows = table.Rows.ToDictionary(r => r.Configuration);
        _scales =
        [
            .. Objectives.Select(o => table.Objectives.ToList().IndexOf(o)).Select((place, i) =>
            {
                double[] values = [.. table.Rows.Select(r => r.Values[^1][place])];
                return Objectives[i].Larger ? (place, values.Max(), values.Min()) : (place, values.Min(), values.Max());
            }),
        ];
        double[][] all = [.. table.Rows.SelectMany(r => Enumerable.Range(0, table.Rungs.Count).Select(rung => Costs(r, rung)))];
        if (best is not null)
        {
            int sought = Objectives.ToList().IndexOf(Named(table, best));
            Goal = new StrategyGoal(
                [.. Objectives.Select((o, i) => bounds?.TryGetValue(o.Name, out double bound) == true ? Scaled(i, bound) : (double?)null)], sought);
            BestWithin = all.Where(Keeps).Select(c => c[sought]).DefaultIfEmpty(double.NaN).Min();
        }
        bool[] on = ParetoFrontier.Of(all);
        Frontier = on.Count(o => o);
        Hypervolume = Core.Frontiers.Hypervolume.Of([.. all.Where((_, i) => on[i])], [.. Objectives.Select(_ => 1.0)]);
    }

    public RecordedTable Table { get; }

    public SearchSpace Space { get; }

    public IReadOnlyList<RecordedObjective> Objectives { get; }

    /// <summary>What all results of the table dominate together.</summary>
    public double Hypervolume { get; }

    /// <summary>Results that no other beats.</summary>
    public int Frontier { get; }

    /// <summary>What is looked for; <see langword="null"/> for the whole frontier.</summary>
    public StrategyGoal? Goal { get; }

    /// <summary>The smallest cost within the goal's bounds.</summary>
    public double BestWithin { get; }

    public bool HasSeconds => Table.Stages is not null || Table.Rows[0].Seconds is not null;

    public RecordedRow RowOf(Configuration configuration) => _rows[configuration];

    public double[] Costs(RecordedRow row, int rung) => [.. _scales.Select((s, i) => Scaled(i, row.Values[rung][s.Place]))];

    /// <summary>Whether costs keep to the goal's bounds.</summary>
    public bool Keeps(double[] costs) => costs.Zip(Goal!.Bounds).All(p => !(p.First > p.Second));

    private double Scaled(int objective, double value) => (value - _scales[objective].From) / (_scales[objective].To - _scales[objective].From);

    public IReadOnlyList<double?> KnownCosts(Configuration configuration)
    {
        double[] costs = Costs(_rows[configuration], 0);
        return [.. Objectives.Select((o, i) => o.Known ? costs[i] : (double?)null)];
    }

    private static RecordedObjective Named(RecordedTable table, string name) => table.Objectives.FirstOrDefault(o => o.Name == name)
        ?? throw new ArgumentException($"The table has no objective '{name}', expected one of {string.Join(", ", table.Objectives.Select(o => o.Name))}.");
}
