using PruneSearch.Core.Stages;

namespace PruneSearch.Pruning.Selection;

/// <summary>Predicts what widths cost on the device that counts.</summary>
/// <param name="ShareOf">
/// Predicted latency of the width of every group, as a share of the dense detector's; all groups of a block that is left out have width 0.
/// </param>
/// <param name="Multiple">Widths between two multiples of this are no faster than the upper one, at least 1.</param>
public sealed record LatencyCosts(Func<IReadOnlyDictionary<string, int>, double> ShareOf, int Multiple)
{
    /// <summary>Whether settings choose by predicted costs: a latency for which all channels compete as they are.</summary>
    public static bool Serve(PruneSettings settings) =>
        settings is { Target: PruneTarget.Latency, Ranking: ChannelRanking.Global, PerCost: ChannelCost.None };

    /// <summary>What pruned widths are multiples of: what was asked for, and what the device computes at once.</summary>
    internal int Grid(PruneSettings settings)
    {
        int grid = settings.RoundTo;
        while (grid % Multiple != 0)
        {
            grid += settings.RoundTo;
        }
        return grid;
    }
}
