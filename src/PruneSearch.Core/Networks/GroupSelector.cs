using PruneSearch.Core.Settings;

namespace PruneSearch.Core.Networks;

/// <summary>Which channel groups a user's lists of kinds and names mean.</summary>
public static class GroupSelector
{
    /// <summary>What selects every group.</summary>
    public const string All = "all";

    /// <summary>What selects blocks to be left out as a whole.</summary>
    public const string Blocks = "blocks";

    private static readonly string[] ProtectedByDefault = [EnumNames.Of(ChannelGroupKind.Residual)];

    /// <summary>The groups, in the network's order, each once.</summary>
    /// <param name="selectors">Kinds (<c>hidden</c>, <c>residual</c>, <c>neck</c>, <c>stem</c>, <c>head</c>), group names,
    /// <c>all</c>, or <c>blocks</c> for the groups of blocks that can be left out.</param>
    /// <param name="protect">Kinds or names that are left out all the same; <see langword="null"/> leaves residual chains out of <c>all</c>.</param>
    /// <exception cref="ArgumentException">A selector is neither a kind nor the name of a group of this network, or no group is left.</exception>
    public static IReadOnlyList<ChannelGroup> Select(Network network, IReadOnlyList<string> selectors, IReadOnlyList<string>? protect = null)
    {
        var named = Matches(network, selectors.Where(s => s is not (All or Blocks)));
        var chosen = new HashSet<string>(named, StringComparer.Ordinal);
        if (selectors.Contains(All))
        {
            chosen.UnionWith(network.Groups.Select(g => g.Name));
        }
        if (selectors.Contains(Blocks))
        {
            chosen.UnionWith(network.Blocks.SelectMany(b => b.Groups));
        }
        var spared = Matches(network, protect ?? ProtectedByDefault);
        if (protect is null)
        {
            spared.ExceptWith(named);
        }
        chosen.ExceptWith(spared);
        return chosen.Count > 0 ? [.. network.Groups.Where(g => chosen.Contains(g.Name))]
            : throw new ArgumentException(
                $"The network has no channel group of [{string.Join(", ", selectors)}]{(spared.Count > 0 ? " that is not protected" : "")}.");
    }

    private static HashSet<string> Matches(Network network, IEnumerable<string> selectors)
    {
        var matches = new HashSet<string>(StringComparer.Ordinal);
        foreach (string selector in selectors)
        {
            int before = matches.Count;
            matches.UnionWith(network.Groups.Where(g => g.Name == selector || EnumNames.Of(g.Kind) == selector || selector == All).Select(g => g.Name));
            if (matches.Count == before && !Kinds.Contains(selector) && !network.Groups.Any(g => g.Name == selector))
            {
                throw new ArgumentException(
                    $"Unknown channel group '{selector}'; expected {All}, a kind ({string.Join(", ", Kinds)}) or one of " +
                    $"{string.Join(", ", network.Groups.Select(g => g.Name))}.");
            }
        }
        return matches;
    }

    private static IReadOnlyList<string> Kinds => EnumNames.Of<ChannelGroupKind>();
}
