using PruneSearch.Core.Networks;
using PruneSearch.Core.Stages;

namespace PruneSearch.Pruning.Selection;

/// <summary>Which channel groups pruning settings mean.</summary>
public static class GroupSelection
{
    /// <summary>The groups that may be pruned, in the network's order, each once.</summary>
    /// <exception cref="ArgumentException">A selector is neither a kind nor the name of a group of this network, or no group is left.</exception>
    public static IReadOnlyList<ChannelGroup> Resolve(Network network, PruneSettings settings) => GroupSelector.Select(network, settings.Groups, settings.Protect);

    /// <summary>A kind as users write it.</summary>
    public static string KindName(ChannelGroupKind kind) => GroupSelector.KindName(kind);
}
