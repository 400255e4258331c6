using System.Diagnostics;
using PruneSearch.Core.Settings;
using PruneSearch.Core.Strategies;
using static System.FormattableString;

namespace PruneSearch.Bench.Strategies;

/// <summary>One search of a strategy on a table.</summary>
/// <param name="Curve">Trials, cost and share of the hypervolume after each trial that made it grow.</param>
/// <param name="Milliseconds">Time of each proposal.</param>
internal sealed record Run(IReadOnlyList<(int Trials, double Cost, double Share)> Curve, IReadOnlyList<double> Milliseconds)
{
    public double MedianMilliseconds => Milliseconds.Order().ElementAt(Milliseconds.Count / 2);

    public double LongestMilliseconds => Milliseconds.Max();

    public static Run Of(TableProblem problem, StrategyKind kind, int seed, int trials, double until, bool aims, bool explain)
    {
        var search = new TableSearch(problem, seed, aims);
        var strategy = StrategyCatalog.Create(kind, search.Problem);
        var curve = new List<(int, double, double)>();
        var times = new List<double>();
        double share = 0;
        for (int i = 1; i <= trials && share < until; i++)
        {
            var history = search.History;
            long start = Stopwatch.GetTimestamp();
            var proposals = strategy.Propose(history, 1);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            if (proposals.Count == 0)
            {
                break;
            }
            search.Try(proposals[0]);
            if (search.Share > share)
            {
                share = search.Share;
                curve.Add((i, search.Cost, share));
            }
            if (explain)
            {
                var p = proposals[0];
                Console.WriteLine(Invariant($"  {i} {p.Configuration} rung {p.Rung} {p.Why}: {search.Share:P2}, {search.Cost:F1}"));
            }
        }
        return new Run(curve, times);
    }

    /// <summary>What it cost until this share was found; infinity when it was not.</summary>
    public double CostTo(double share) => Curve.FirstOrDefault(c => c.Share >= share) is { Trials: > 0 } reached ? reached.Cost : double.PositiveInfinity;
}
