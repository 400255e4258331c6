namespace PruneSearch.Core.Networks;

/// <summary>What a part of a network costs.</summary>
/// <param name="Name">The beginning of its layers' names, up to the first dot: a block, a convolution or a head.</param>
/// <param name="Macs">Multiply-accumulate operations for one picture.</param>
/// <param name="Parameters">Trainable values.</param>
public sealed record NetworkPart(string Name, long Macs, long Parameters)
{
    /// <summary>All parts with convolutions or tensors, in network order. Their sums are those of the network.</summary>
    public static IReadOnlyList<NetworkPart> Of(Network network)
    {
        var parameters = network.Tensors.Where(t => t.Trainable).GroupBy(t => PartOf(t.Name))
            .ToDictionary(g => g.Key, g => g.Sum(t => t.Length), StringComparer.Ordinal);
        return [.. network.Layers
            .GroupBy(l => PartOf(l.Name))
            .Select(g => new NetworkPart(g.Key, g.OfType<ConvLayer>().Sum(Network.MacsOf), parameters.GetValueOrDefault(g.Key)))
            .Where(p => p.Macs > 0 || p.Parameters > 0)];
    }

    private static string PartOf(string name) => name.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot ? name[..dot] : name;
}
