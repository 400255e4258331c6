using PruneSearch.Core.Networks;

namespace PruneSearch.Pruning.Selection;

/// <summary>Which channel groups a user's list of kinds and names means.</summary>
public static class GroupSelection
{
    /// <summary>The groups, in the network's order, each once.</summary>
    /// <param name="network">The network.</param>
    /// <param name="selectors">Kinds (<c>hidden</c>, <c>residual</c>, <c>neck</c>, <c>stem</c>, <c>head</c>), group names, or <c>all</c>.</param>
    /// <exception cref="ArgumentException">A selector is neither a kind nor the name of a group of this network, or there is none.</exception>
    public static IReadOnlyList<ChannelGroup> Resolve(Network network, IReadOnlyList<string> selectors)
    {
        var chosen = new HashSet<string>(StringComparer.Ordinal);
        foreach (string selector in selectors)
        {
            var matches = network.Groups.Where(g => g.Name == selector || KindName(g.Kind) == selector || selector == "all").ToList();
            if (matches.Count == 0 && !Enum.GetValues<ChannelGroupKind>().Any(k => KindName(k) == selector))
            {
                throw new ArgumentException(
                    $"Unknown channel group '{selector}'; expected all, a kind ({string.Join(", ", Enum.GetValues<ChannelGroupKind>().Select(KindName))}) "
                    + $"or one of {string.Join(", ", network.Groups.Select(g => g.Name))}.");
            }
            chosen.UnionWith(matches.Select(g => g.Name));
        }
        return chosen.Count > 0 ? [.. network.Groups.Where(g => chosen.Contains(g.Name))]
            : throw new ArgumentException($"The network has no channel group of [{string.Join(", ", selectors)}].");
    }

    /// <summary>A kind as users write it.</summary>
    public static string KindName(ChannelGroupKind kind) => kind.ToString().ToLowerInvariant();
}
