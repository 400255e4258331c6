using PruneSearch.Core.Detectors;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Stages;

namespace PruneSearch.Core.Searches;

/// <summary>How far cap, floor and rounding let groups be pruned.</summary>
public static class PruningLimits
{
    /// <summary>Channels that a group keeps whatever happens, before rounding.</summary>
    public static int Floor(ChannelGroup group, PruneSettings settings) =>
        Math.Max(settings.MinWidth, group.DenseWidth - Share(group.DenseWidth, settings.MaxGroupRatio));

    /// <summary>What the widths of a group stay multiples of.</summary>
    public static int Multiple(ChannelGroup group, PruneSettings settings) => group.DenseWidth % settings.RoundTo == 0 ? settings.RoundTo : 1;

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
        if (settings.Target == PruneTarget.Channels)
        {
            return 1 - (double)groups.Sum(g => Math.Min(g.Width, Floor(g, settings))) / groups.Sum(g => g.DenseWidth);
        }
        var widths = dense.Network.Widths;
        foreach (var group in groups)
        {
            widths[group.Name] = Math.Min(group.Width, RoundUp(Floor(group, settings), Multiple(group, settings)));
        }
        var narrow = DetectorCatalog.Build(dense.Spec with { Widths = widths }).Network;
        return settings.Target switch
        {
            PruneTarget.Macs => 1 - (double)narrow.Macs / dense.Network.Macs,
            PruneTarget.Parameters => 1 - (double)narrow.Parameters / dense.Network.Parameters,
            _ => 1,
        };
    }
}
