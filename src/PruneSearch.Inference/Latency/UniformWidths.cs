using PruneSearch.Core.Networks;

namespace PruneSearch.Inference.Latency;

/// <summary>Widths that take the same share of the channels from every group: what a speed target is turned into.</summary>
public static class UniformWidths
{
    /// <summary>The width of each group.</summary>
    /// <param name="network">The network to take channels from.</param>
    /// <param name="share">Share of the dense channels that goes, 0 to below 1.</param>
    /// <param name="roundTo">Widths become the nearest multiple of this where the dense width is one, but never none; at least 1.</param>
    /// <param name="kinds">Which groups lose channels; the others keep their width.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public static SortedDictionary<string, int> For(Network network, double share, int roundTo = 8, params ChannelGroupKind[] kinds)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(share);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(share, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(roundTo, 1);
        int Width(ChannelGroup group)
        {
            int unit = group.DenseWidth % roundTo == 0 ? roundTo : 1;
            int rounded = (int)Math.Round(group.DenseWidth * (1 - share) / unit, MidpointRounding.AwayFromZero) * unit;
            return Math.Min(group.Width, Math.Max(unit, rounded));
        }
        return new(network.Groups.ToDictionary(g => g.Name, g => kinds.Contains(g.Kind) ? Width(g) : g.Width), StringComparer.Ordinal);
    }
}
