using System.Collections.Immutable;
using System.Globalization;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Stages;
using PruneSearch.Pruning.Shrinking;

namespace PruneSearch.Pruning.Selection;

/// <summary>
/// Chooses widths by predicted costs, measures them, and chooses again with what predictions were wrong by, until the measured latency is what was asked.
/// </summary>
internal static class LatencySelection
{
    // What a measurement scatters by is a percent; each takes seconds.
    private const double Near = 0.01;
    private const int Measurements = 4;

    public static PruningPlan Select(
        DetectorModel detector, IReadOnlyDictionary<string, double[]> scores, PruneSettings settings, Func<DetectorSpec, double> measure, LatencyCosts costs,
        IReadOnlyDictionary<string, double> blocks)
    {
        var network = detector.Network;
        int grid = costs.Grid(settings);
        var knapsack = new LatencyKnapsack(new LatencyItems(network, scores, blocks, settings, grid), network.Widths, costs.ShareOf);
        double Measured(IReadOnlyDictionary<string, int> widths) => measure(detector.Spec with { Widths = new(widths.ToDictionary(), StringComparer.Ordinal) });
        double asked = 1 - settings.Ratio, wrong = 1, distance = double.PositiveInfinity;
        IReadOnlyDictionary<string, int> best = network.Widths;
        for (int i = 0; i < Measurements && distance > Near; i++)
        {
            var widths = knapsack.Solve(asked / wrong) ?? knapsack.Narrowest;
            bool last = widths.SequenceEqual(knapsack.Narrowest);
            double share = Measured(widths);
            if (last && share > asked * (1 + Near))
            {
                throw OutOfReach(settings, grid, 1 - share);
            }
            if (Math.Abs(share / asked - 1) < distance)
            {
                (distance, best) = (Math.Abs(share / asked - 1), widths);
            }
            wrong = share / costs.ShareOf(widths);
        }
        return Plan(network, scores, best);
    }

    private static ArgumentException OutOfReach(PruneSettings settings, int grid, double gone) => new(string.Create(CultureInfo.InvariantCulture,
        $"Pruning ratio {settings.Ratio} of the latency cannot be reached: {ChannelSelection.Limits(settings with { RoundTo = grid })}, the reachable " +
        $"maximum is {ChannelSelection.RoundedDown(Math.Max(gone, 0))}."));

    private static PruningPlan Plan(Network network, IReadOnlyDictionary<string, double[]> scores, IReadOnlyDictionary<string, int> widths)
    {
        var kept = new Dictionary<string, ImmutableArray<int>>(StringComparer.Ordinal);
        foreach (var group in network.Groups.Where(g => widths[g.Name] < g.Width))
        {
            kept.Add(group.Name, widths[group.Name] == 0 ? []
                : [.. scores[group.Name].Index().OrderBy(s => s.Item).ThenBy(s => s.Index).Skip(group.Width - widths[group.Name])
                    .Select(s => s.Index).Order()]);
        }
        return new PruningPlan(kept, network.Groups.Sum(g => g.Width - widths[g.Name]));
    }
}
