using PruneSearch.Core.Networks;

namespace PruneSearch.Core.Detectors;

/// <summary>
/// SSD (Liu et al. 2016) on MobileNet-V2 (Sandler et al. 2018), as in TensorFlow's object detection API: heads read the
/// expansion of block 13, the last convolution, and four extra levels. Layer names follow that implementation.
/// </summary>
public static class SsdMobileNetV2
{
    /// <summary>The name of this architecture in specifications.</summary>
    public const string Architecture = "ssd-mobilenet-v2";

    // Expansion factor, output channels, repeats, stride of the first repeat (MobileNet-V2 paper, table 2).
    private static readonly (int Expansion, int Channels, int Repeats, int Stride)[] Stages =
        [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)];

    private static readonly (int Hidden, int Output)[] ExtraLevels = [(256, 512), (128, 256), (128, 256), (64, 128)];

    private const int TappedBlock = 13;

    /// <summary>The specification of the detector with 24 outputs a box whose trained weights are public with batch norms folded.</summary>
    public static DetectorSpec FoldedSpec(IReadOnlyList<string> classes) => new() { Architecture = Architecture, Classes = classes, BatchNorm = false };

    /// <summary>Builds the detector.</summary>
    public static DetectorModel Build(DetectorSpec spec)
    {
        var builder = new Builder(spec);
        builder.Backbone();
        builder.ExtraFeatureLevels();
        var sizes = builder.Heads();
        return new DetectorModel(spec, builder.Network.Build(), SsdDefaultBoxes.Create(sizes));
    }

    private sealed class Builder(DetectorSpec spec)
    {
        private readonly List<string> _levels = [];
        private string _features = "";

        public NetworkBuilder Network { get; } = new(spec.Widths);

        public void Backbone()
        {
            _features = Network.Input(DetectorModel.ImageInput, 3, spec.InputSize, spec.InputSize);
            int channels = Divisible(32 * spec.WidthMultiplier);
            _features = Conv("Conv", _features, Group("Conv", ChannelGroupKind.Stem, channels), kernel: 3, stride: 2);
            int block = 0;
            foreach (var (expansion, width, repeats, firstStride) in Stages)
            {
                int output = Divisible(width * spec.WidthMultiplier);
                string chain = BlockName(block) + ".output";
                for (int repeat = 0; repeat < repeats; repeat++, block++)
                {
                    InvertedResidual(block, channels * expansion, expansion > 1, Group(chain, ChannelGroupKind.Residual, output), repeat == 0 ? firstStride : 1, residual: repeat > 0);
                    channels = output;
                }
            }
            int last = Divisible(1280 * Math.Max(1.0, spec.WidthMultiplier));
            _features = Conv("Conv_1", _features, Group("Conv_1", ChannelGroupKind.Neck, last), kernel: 1);
            _levels.Add(_features);
        }

        public void ExtraFeatureLevels()
        {
            for (int i = 0; i < ExtraLevels.Length; i++)
            {
                var (hidden, output) = ExtraLevels[i];
                string first = $"layer_19_1_Conv2d_{i + 2}_1x1_{hidden}", second = $"layer_19_2_Conv2d_{i + 2}_3x3_s2_{output}";
                _features = Conv(first, _features, Group(first, ChannelGroupKind.Neck, hidden), kernel: 1);
                var group = Group(second, ChannelGroupKind.Neck, output);
                if (spec.Extras == ExtraLayerStyle.Separable)
                {
                    _features = Depthwise(second + "_depthwise", _features, stride: 2);
                    _features = Conv(second, _features, group, kernel: 1);
                }
                else
                {
                    _features = Conv(second, _features, group, kernel: 3, stride: 2);
                }
                _levels.Add(_features);
            }
        }

        public List<(int Height, int Width)> Heads()
        {
            var boxes = new List<string>();
            var classes = new List<string>();
            for (int level = 0; level < _levels.Count; level++)
            {
                int shapes = SsdDefaultBoxes.PerPosition(level);
                boxes.Add(Head($"BoxPredictor_{level}.BoxEncodingPredictor", _levels[level], shapes * 4));
                classes.Add(Head($"BoxPredictor_{level}.ClassPredictor", _levels[level], shapes * spec.ClassOutputs));
            }
            Network.Output(DetectorModel.BoxesOutput, boxes, 4);
            Network.Output(DetectorModel.ClassesOutput, classes, spec.ClassOutputs);
            return [.. _levels.Select(Network.SizeOf)];
        }

        private void InvertedResidual(int block, int hidden, bool expand, ChannelGroup output, int stride, bool residual)
        {
            string name = BlockName(block), x = _features;
            if (expand)
            {
                x = Conv(name + ".expand", x, Group(name + ".hidden", ChannelGroupKind.Hidden, hidden), kernel: 1);
            }
            if (block == TappedBlock)
            {
                _levels.Add(x);
            }
            x = Depthwise(name + ".depthwise", x, stride);
            x = Normalise(name + ".project", Network.Conv(name + ".project", x, output, 1, 1, spec.Padding, bias: !spec.BatchNorm));
            _features = residual ? Network.Sum(name + ".add", _features, x) : x;
        }

        private string Head(string name, string input, int outputs)
        {
            if (spec.Heads == HeadStyle.Separable)
            {
                input = Depthwise(name + "_depthwise", input, stride: 1);
            }
            int kernel = spec.Heads == HeadStyle.Full ? 3 : 1;
            return Network.Conv(name, input, ChannelLayout.Fixed(outputs), kernel, 1, spec.Padding, bias: true);
        }

        private string Conv(string name, string input, ChannelGroup output, int kernel, int stride = 1) =>
            Activate(name, Normalise(name, Network.Conv(name, input, output, kernel, stride, spec.Padding, bias: !spec.BatchNorm)));

        private string Depthwise(string name, string input, int stride) =>
            Activate(name, Normalise(name, Network.Depthwise(name, input, 3, stride, spec.Padding, bias: !spec.BatchNorm)));

        private string Normalise(string name, string conv) => spec.BatchNorm ? Network.BatchNorm(name + ".bn", conv) : conv;

        private string Activate(string name, string input) => Network.Activation(name + ".relu6", input, ActivationFunction.Relu6);

        private ChannelGroup Group(string name, ChannelGroupKind kind, int width) => Network.Group(name, kind, width);

        private static string BlockName(int block) => block == 0 ? "expanded_conv" : $"expanded_conv_{block}";

        // Channel counts of MobileNet are multiples of 8 that are never more than a tenth below the exact product.
        private static int Divisible(double channels)
        {
            int rounded = Math.Max(8, (int)(channels + 4) / 8 * 8);
            return rounded < 0.9 * channels ? rounded + 8 : rounded;
        }
    }
}
