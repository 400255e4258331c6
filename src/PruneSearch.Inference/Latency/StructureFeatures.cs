using PruneSearch.Core.Networks;

namespace PruneSearch.Inference.Latency;

/// <summary>
/// What the time of a network is made of: work, by kind of convolution and size of the feature map, and memory traffic.
/// Channels count in blocks of <see cref="Block"/>, because vector units compute whole blocks whether they are full or not.
/// </summary>
internal static class StructureFeatures
{
    public const int Block = 16;

    // Below this many positions a convolution is bound by reading its weights rather than by arithmetic.
    private const int SmallMap = 128;

    public static readonly string[] Names =
        ["pointwise MACs", "pointwise MACs on small maps", "spatial MACs", "depthwise MACs", "bytes of feature maps", "bytes of weights", "network"];

    /// <summary>One value for each of <see cref="Names"/>, in millions; the last is 1.</summary>
    public static double[] Of(Network network)
    {
        double[] features = new double[Names.Length];
        foreach (var conv in network.Layers.OfType<ConvLayer>())
        {
            double positions = conv.Height * conv.Width, outputs = Blocks(conv.Channels.Width);
            double inputs = conv.Depthwise ? 1 : Blocks(conv.InputChannels.Width) / conv.Groups;
            int kind = conv.Depthwise ? 3 : conv.Kernel > 1 ? 2 : positions < SmallMap ? 1 : 0;
            features[kind] += positions * outputs * inputs * conv.Kernel * conv.Kernel / 1e6;
            var input = network[conv.Inputs[0]];
            features[4] += sizeof(float) * (positions * outputs + input.Height * input.Width * Blocks(input.Channels.Width)) / 1e6;
            features[5] += sizeof(float) * outputs * inputs * conv.Kernel * conv.Kernel / 1e6;
        }
        features[6] = 1;
        return features;
    }

    private static double Blocks(int channels) => (channels + Block - 1) / Block * Block;
}
