using PruneSearch.Core.Detectors;
using PruneSearch.Core.Networks;

namespace PruneSearch.Cli.Inspecting;

/// <summary>What a part of a detector costs, unpruned and now.</summary>
internal sealed record PartCost(string Name, NetworkPart Dense, NetworkPart Now)
{
    /// <summary>All parts, in network order.</summary>
    public static IReadOnlyList<PartCost> Of(DetectorModel model) =>
        [.. NetworkPart.Of(model.Dense.Network).Zip(NetworkPart.Of(model.Network), (before, now) => new PartCost(now.Name, before, now))];
}
