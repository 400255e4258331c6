using PruneSearch.Core.Detectors;
using PruneSearch.Core.Networks;

namespace PruneSearch.Cli.Inspecting;

/// <summary>What a part of a detector costs, unpruned and now.</summary>
internal sealed record PartCost(string Name, NetworkPart Dense, NetworkPart Now)
{
    /// <summary>All parts, in network order; of a block that is left out nothing is left.</summary>
    public static IReadOnlyList<PartCost> Of(DetectorModel model)
    {
        var now = NetworkPart.Of(model.Network).ToDictionary(p => p.Name, StringComparer.Ordinal);
        return [.. NetworkPart.Of(model.Dense.Network).Select(before =>
            new PartCost(before.Name, before, now.GetValueOrDefault(before.Name) ?? new NetworkPart(before.Name, 0, 0)))];
    }
}
