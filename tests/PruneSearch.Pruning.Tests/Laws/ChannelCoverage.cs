using PruneSearch.Core.Networks;

namespace PruneSearch.Tests.Pruning.Laws;

/// <summary>
/// The first law: each channel dimension of each tensor is claimed by exactly one group for each range, or is declared fixed.
/// What should be claimed is worked out here from what each layer reads and makes, not from how the network makes its claims.
/// </summary>
internal static class ChannelCoverage
{
    private const int Unclaimed = -1;

    /// <summary>Fails where it does not hold.</summary>
    public static void Require(Network network)
    {
        var numbers = network.Groups.Select((g, i) => (g.Name, i)).ToDictionary(p => p.Name, p => p.i, StringComparer.Ordinal);
        var expected = Expected(network, numbers);
        var claimed = Blank(network);
        foreach (var group in network.Groups)
        {
            foreach (var slice in group.Slices)
            {
                Assert.True(
                    claimed.TryGetValue((slice.Tensor, slice.Dimension), out int[]? places),
                    $"{group.Name} claims {slice.Tensor}, dimension {slice.Dimension}, which there is not");
                Assert.Equal(group.Width, slice.Length);
                Assert.InRange(slice.Offset, 0, places.Length - slice.Length);
                for (int channel = 0; channel < slice.Length; channel++)
                {
                    Assert.True(
                        places[slice.Offset + channel] == Unclaimed,
                        $"{slice.Tensor}, dimension {slice.Dimension}, index {slice.Offset + channel} is claimed twice");
                    places[slice.Offset + channel] = Code(numbers[group.Name], channel);
                }
            }
        }
        foreach (var (place, codes) in expected)
        {
            Assert.True(
                codes.AsSpan().SequenceEqual(claimed[place]),
                $"{place} is claimed by [{string.Join(", ", claimed[place])}], expected [{string.Join(", ", codes)}]");
        }
    }

    private static Dictionary<(string Tensor, int Dimension), int[]> Expected(Network network, Dictionary<string, int> numbers)
    {
        var expected = Blank(network);
        foreach (var layer in network.Layers)
        {
            string[] perChannel = layer switch
            {
                ConvLayer { Bias: true } conv => [conv.Weight, conv.BiasName],
                ConvLayer conv => [conv.Weight],
                BatchNormLayer norm => [norm.Tensors + ".weight", norm.Tensors + ".bias", norm.Tensors + ".running_mean", norm.Tensors + ".running_var"],
                _ => [],
            };
            int[] made = Codes(layer.Channels, numbers);
            foreach (string tensor in perChannel)
            {
                expected[(tensor, 0)] = made;
            }
            if (layer is ConvLayer { Depthwise: false } reader)
            {
                int[] read = Codes(network[layer.Inputs[0]].Channels, numbers);
                expected[(reader.Weight, 1)] = read[..(read.Length / reader.Groups)];
            }
        }
        return expected;
    }

    private static Dictionary<(string Tensor, int Dimension), int[]> Blank(Network network)
    {
        var places = new Dictionary<(string, int), int[]>();
        foreach (var tensor in network.Tensors)
        {
            for (int d = 0; d < tensor.Shape.Count; d++)
            {
                int[] codes = new int[tensor.Shape[d]];
                Array.Fill(codes, Unclaimed);
                places[(tensor.Name, d)] = codes;
            }
        }
        return places;
    }

    private static int[] Codes(ChannelLayout layout, Dictionary<string, int> numbers) =>
        [.. layout.Segments.SelectMany(s => Enumerable.Range(0, s.Width).Select(i => s.Group is { } group ? Code(numbers[group], i) : Unclaimed))];

    private static int Code(int group, int channel) => (group << 16) + channel;
}
