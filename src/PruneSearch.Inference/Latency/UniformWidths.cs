using PruneSearch.Core.Networks;
using PruneSearch.Core.Searches;

namespace PruneSearch.Inference.Latency;

/// <summary>Widths that take the same share of the channels from every group: what a speed target is turned into.</summary>
public static class UniformWidths
{
    /// <summary>The width of each group.</summary>
    /// <param name="network">The network to take channels from.</param>
    /// <param name="share">Share of the dense channels that goes, 0 to below 1.</param>
    /// <param name="roundTo">Pruned widths are multiples of this, at least 1; the nearest is taken, or the width that the group has.</param>
    /// <param name="kinds">Which groups lose channels; the others keep their width.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public static SortedDictionary<string, int> For(Network network, double share, int roundTo = 8, params ChannelGroupKind[] kinds)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(share);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(share, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(roundTo, 1);
        int Width(ChannelGroup group) => PruningLimits.Nearest(group, group.DenseWidth * (1 - share), roundTo);
        return new(network.Groups.ToDictionary(g => g.Name, g => kinds.Contains(g.Kind) ? Width(g) : g.Width), StringComparer.Ordinal);
    }
}
