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

    private static readonly (int Hidden, int Output)[] ExtraLevels = [(256, 512), (128, 256), (128, 256), (64, 128)];

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

    private sealed class Builder
    {
        private readonly DetectorSpec _spec;
        private readonly List<string> _levels = [];
        private readonly ConvUnits _units;
        private string _features = "";

        public Builder(DetectorSpec spec)
        {
            _spec = spec;
            _units = new ConvUnits(Network = new NetworkBuilder(spec.Widths), spec.Padding, spec.BatchNorm);
        }

        public NetworkBuilder Network { get; }

        public void Backbone()
        {
            string image = Network.Input(DetectorModel.ImageInput, 3, _spec.InputSize, _spec.InputSize);
            var backbone = MobileNetV2.Add(_units, image, _spec.WidthMultiplier);
            _levels.AddRange([backbone.Tap, backbone.Last]);
            _features = backbone.Last;
        }

        public void ExtraFeatureLevels()
        {
            for (int i = 0; i < ExtraLevels.Length; i++)
            {
                var (hidden, output) = ExtraLevels[i];
                string first = $"layer_19_1_Conv2d_{i + 2}_1x1_{hidden}", second = $"layer_19_2_Conv2d_{i + 2}_3x3_s2_{output}";
                _features = _units.Conv(first, _features, Group(first, hidden), kernel: 1);
                var group = Group(second, output);
                if (_spec.Extras == ExtraLayerStyle.Separable)
                {
                    _features = _units.Depthwise(second + "_depthwise", _features, stride: 2);
                    _features = _units.Conv(second, _features, group, kernel: 1);
                }
                else
                {
                    _features = _units.Conv(second, _features, group, kernel: 3, stride: 2);
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
                classes.Add(Head($"BoxPredictor_{level}.ClassPredictor", _levels[level], shapes * _spec.ClassOutputs));
            }
            Network.Output(DetectorModel.BoxesOutput, boxes, 4);
            Network.Output(DetectorModel.ClassesOutput, classes, _spec.ClassOutputs);
            return [.. _levels.Select(Network.SizeOf)];
        }

        private string Head(string name, string input, int outputs)
        {
            if (_spec.Heads == HeadStyle.Separable)
            {
                input = _units.Depthwise(name + "_depthwise", input, stride: 1);
            }
            int kernel = _spec.Heads == HeadStyle.Full ? 3 : 1;
            return Network.Conv(name, input, ChannelLayout.Fixed(outputs), kernel, 1, _spec.Padding, bias: true);
        }

        private ChannelGroup Group(string name, int width) => Network.Group(name, ChannelGroupKind.Neck, width);
    }
}
