using PruneSearch.Core.Networks;

namespace PruneSearch.Core.Detectors.Backbones;

/// <summary>
/// ResNet (He et al. 2016) without its classifier, as torchvision has it: the stride of a bottleneck is that of its 3×3
/// convolution. Layers have torchvision's names, norms those of the convolutions before them.
/// </summary>
internal static class ResNet
{
    private const int Stem = 64;

    /// <summary>Adds the backbone to a network.</summary>
    /// <param name="units">Adds convolutions; the activation is a ReLU.</param>
    /// <param name="repeats">Blocks of each of the four stages.</param>
    /// <param name="bottleneck">Blocks of three convolutions, as from 50 layers on; otherwise of two.</param>
    /// <returns>The ends of the stages at strides 8, 16 and 32.</returns>
    public static string[] Add(ConvUnits units, string image, IReadOnlyList<int> repeats, bool bottleneck)
    {
        var network = units.Network;
        // Without a bottleneck, the first stage adds to the stem's own channels.
        var stem = bottleneck ? network.Group("conv1", ChannelGroupKind.Stem, Stem) : network.Group("layer1.output", ChannelGroupKind.Residual, Stem);
        string x = network.MaxPool("maxpool", units.Conv("conv1", image, stem, 7, 2), 3, 2, units.Padding);
        var ends = new List<string>();
        for (int stage = 0; stage < repeats.Count; stage++)
        {
            int hidden = Stem << stage;
            var chain = network.Group($"layer{stage + 1}.output", ChannelGroupKind.Residual, bottleneck ? 4 * hidden : hidden);
            for (int block = 0; block < repeats[stage]; block++)
            {
                bool first = block == 0, projects = first && (stage > 0 || bottleneck);
                x = Block(units, $"layer{stage + 1}.{block}", x, hidden, chain, first && stage > 0 ? 2 : 1, projects, bottleneck);
            }
            ends.Add(x);
        }
        return [.. ends.Skip(1)];
    }

    private static string Block(ConvUnits units, string name, string input, int hidden, ChannelGroup chain, int stride, bool projects, bool bottleneck)
    {
        ChannelGroup Hidden(string conv) => units.Network.Group($"{name}.{conv}", ChannelGroupKind.Hidden, hidden);
        string x = bottleneck
            ? units.Linear($"{name}.conv3",
                units.Conv($"{name}.conv2", units.Conv($"{name}.conv1", input, Hidden("conv1"), 1), Hidden("conv2"), 3, stride), chain)
            : units.Linear($"{name}.conv2", units.Conv($"{name}.conv1", input, Hidden("conv1"), 3, stride), chain, 3);
        string sum = projects ? units.Network.Sum(name + ".add", x, units.Linear($"{name}.downsample", input, chain, 1, stride))
            : units.Network.Residual(name, name + ".add", x, input);
        return units.Activate(name, sum);
    }
}
