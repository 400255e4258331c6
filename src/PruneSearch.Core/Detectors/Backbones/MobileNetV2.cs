using PruneSearch.Core.Networks;

namespace PruneSearch.Core.Detectors.Backbones;

/// <summary>MobileNet-V2 (Sandler et al. 2018) without its classifier. Layer names follow TensorFlow's implementation.</summary>
public static class MobileNetV2
{
    // Expansion factor, output channels, repeats, stride of the first repeat (table 2 of the paper).
    private static readonly (int Expansion, int Channels, int Repeats, int Stride)[] Stages =
        [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)];

    private const int TappedBlock = 13;

    /// <summary>Width multipliers that trained weights are published in, and a quarter.</summary>
    public static IReadOnlyList<double> PublishedWidths { get; } = [1.0, 0.75, 0.5, 0.35, 0.25, 1.3, 1.4];

    /// <summary>Name of the output of <see cref="Build"/>.</summary>
    public const string FeaturesOutput = "features";

    /// <summary>The backbone as a network of its own, without heads.</summary>
    /// <param name="inputSize">Edge of the square input in pixels, at least 32.</param>
    /// <param name="widthMultiplier">Above 0.</param>
    /// <param name="padding">Padding of all convolutions.</param>
    /// <param name="batchNorm">Batch norms instead of biases.</param>
    /// <returns>Its output <see cref="FeaturesOutput"/> is <c>[N, positions, channels]</c> of the last convolution.</returns>
    public static Network Build(int inputSize, double widthMultiplier = 1, PaddingStyle padding = PaddingStyle.TensorFlowSame, bool batchNorm = true)
    {
        var network = new NetworkBuilder();
        string image = network.Input(DetectorModel.ImageInput, 3, inputSize, inputSize);
        string last = Add(new ConvUnits(network, padding, batchNorm), image, widthMultiplier).Last;
        network.Output(FeaturesOutput, [last], LastChannels(widthMultiplier));
        return network.Build();
    }

    /// <summary>Adds the backbone to a network.</summary>
    /// <returns>The output of each block, the expansion of block 13 (stride 16), which detectors read, and the last convolution (stride 32).</returns>
    internal static (IReadOnlyList<string> Blocks, string Tap, string Last) Add(ConvUnits units, string image, double widthMultiplier)
    {
        var network = units.Network;
        string tap = "";
        var blocks = new List<string>();
        int channels = Divisible(32 * widthMultiplier);
        string features = units.Conv("Conv", image, network.Group("Conv", ChannelGroupKind.Stem, channels), kernel: 3, stride: 2);
        int block = 0;
        foreach (var (expansion, width, repeats, firstStride) in Stages)
        {
            int output = Divisible(width * widthMultiplier);
            var chain = network.Group(BlockName(block) + ".output", ChannelGroupKind.Residual, output);
            for (int repeat = 0; repeat < repeats; repeat++, block++)
            {
                string name = BlockName(block), x = features;
                if (expansion > 1)
                {
                    x = units.Conv(name + ".expand", x, network.Group(name + ".hidden", ChannelGroupKind.Hidden, channels * expansion), kernel: 1);
                }
                tap = block == TappedBlock ? x : tap;
                x = units.Depthwise(name + ".depthwise", x, repeat == 0 ? firstStride : 1);
                x = units.Linear(name + ".project", x, chain);
                features = repeat > 0 ? network.Residual(name, name + ".add", x, features) : x;
                blocks.Add(features);
                channels = output;
            }
        }
        var neck = network.Group("Conv_1", ChannelGroupKind.Neck, LastChannels(widthMultiplier));
        return (blocks, tap, units.Conv("Conv_1", features, neck, kernel: 1));
    }

    private static int LastChannels(double widthMultiplier) => Divisible(1280 * Math.Max(1.0, widthMultiplier));

    private static string BlockName(int block) => block == 0 ? "expanded_conv" : $"expanded_conv_{block}";

    // Channel counts of MobileNet are multiples of 8 that are never more than a tenth below the exact product.
    private static int Divisible(double channels)
    {
        int rounded = Math.Max(8, (int)(channels + 4) / 8 * 8);
        return rounded < 0.9 * channels ? rounded + 8 : rounded;
    }
}
