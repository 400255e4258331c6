using System.Collections.Immutable;
using PruneSearch.Detection.Networks;

namespace PruneSearch.Detection.Training;

/// <summary>The detector that another one learns from.</summary>
/// <param name="Network">The dense detector; whoever made it disposes it.</param>
/// <param name="Kept">
/// Channel group to the dense detector's channels that the learning one still has, ascending. A group that is not named has all
/// of them, or other ones if it is narrower.
/// </param>
public sealed record Teacher(TorchNetwork Network, IReadOnlyDictionary<string, ImmutableArray<int>> Kept)
{
    /// <summary>The teacher of a detector of which nothing is known but its widths.</summary>
    public Teacher(TorchNetwork network)
        : this(network, new Dictionary<string, ImmutableArray<int>>())
    {
    }
}
