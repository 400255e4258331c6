using PruneSearch.Core.Detectors;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Stages;

namespace PruneSearch.Core.Searches;

/// <summary>
/// How far cap, floor and rounding let groups be pruned. What pruning leaves of a group is a multiple of
/// <see cref="PruneSettings.RoundTo"/>, also where its dense width is none; a group of which no smaller multiple may be left keeps
/// its width. So a group that is not wider than the multiple is never pruned.
/// </summary>
public static class PruningLimits
{
    /// <summary>Channels that a group keeps whatever happens, before rounding.</summary>
    public static int Floor(ChannelGroup group, PruneSettings settings) =>
        Math.Max(settings.MinWidth, group.DenseWidth - Share(group.DenseWidth, settings.MaxGroupRatio));

    /// <summary>The smallest width that a group can be pruned to; its width of now where it cannot be pruned.</summary>
    public static int Narrowest(ChannelGroup group, PruneSettings settings) => Math.Min(group.Width, RoundUp(Floor(group, settings), settings.RoundTo));

    /// <summary>The width that comes nearest to what is wanted: a multiple that is smaller than the width of now, or that width.</summary>
    /// <param name="wanted">Any number of channels, at least 0; in the middle between two widths the larger is nearer.</param>
    /// <param name="multiple">At least 1.</param>
    public static int Nearest(ChannelGroup group, double wanted, int multiple)
    {
        int below = Math.Max((int)(wanted / multiple) * multiple, multiple), above = Math.Min(below + multiple, group.Width);
        return below < group.Width && wanted - below < above - wanted ? below : above;
    }

    /// <summary>The next multiple, upwards.</summary>
    public static int RoundUp(int width, int multiple) => (width + multiple - 1) / multiple * multiple;

    /// <summary>Channels in a share of a dense width: the largest whole number that is not above it.</summary>
    public static int Share(int dense, double ratio) => (int)Math.Floor(dense * ratio + 1e-9);

    /// <summary>The largest share of the target that can go from a dense detector, or 1 where only measuring can tell.</summary>
    /// <param name="dense">The detector before anything is pruned.</param>
    /// <param name="settings">What is pruned; the ratio does not matter.</param>
    /// <exception cref="ArgumentException">The settings name groups that the detector does not have.</exception>
    public static double Reachable(DetectorModel dense, PruneSettings settings)
    {
        var groups = settings.GroupsOf(dense.Network);
        var widths = dense.Network.Widths;
        foreach (var group in settings.ChannelwiseOf(dense.Network))
        {
            widths[group.Name] = Narrowest(group, settings);
        }
        foreach (string group in settings.BlocksOf(dense.Network).SelectMany(b => b.Groups))
        {
            widths[group] = 0;
        }
        if (settings.Target == PruneTarget.Channels)
        {
            return 1 - (double)groups.Sum(g => widths[g.Name]) / groups.Sum(g => g.DenseWidth);
        }
        var narrow = dense.Network.With(widths);
        return settings.Target switch
        {
            PruneTarget.Macs => 1 - (double)narrow.Macs / dense.Network.Macs,
            PruneTarget.Parameters => 1 - (double)narrow.Parameters / dense.Network.Parameters,
            _ => 1,
        };
    }
}
