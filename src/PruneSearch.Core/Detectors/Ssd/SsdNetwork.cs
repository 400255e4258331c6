using PruneSearch.Core.Detectors.Backbones;
using PruneSearch.Core.Networks;

namespace PruneSearch.Core.Detectors.Ssd;

/// <summary>
/// The network: heads read the expansion of block 13, the last convolution, and four extra levels. Layer names follow
/// TensorFlow's implementation.
/// </summary>
internal sealed class SsdNetwork
{
    private static readonly (int Hidden, int Output)[] ExtraLevels = [(256, 512), (128, 256), (128, 256), (64, 128)];

    private readonly DetectorSpec _spec;
    private readonly SsdOptions _options;
    private readonly int _classOutputs;
    private readonly NetworkBuilder _network;
    private readonly ConvUnits _units;
    private readonly List<string> _levels = [];
    private string _features = "";

    private SsdNetwork(DetectorSpec spec, SsdOptions options, int classOutputs)
    {
        (_spec, _options, _classOutputs) = (spec, options, classOutputs);
        _network = new NetworkBuilder(spec.Widths);
        _units = new ConvUnits(_network, options.Padding, spec.BatchNorm);
    }

    /// <summary>Builds it; tells the layer of each level, and its rows and columns.</summary>
    public static (Network Network, IReadOnlyList<(string Layer, (int Height, int Width) Size)> Levels) Build(
        DetectorSpec spec, SsdOptions options, int classOutputs)
    {
        var builder = new SsdNetwork(spec, options, classOutputs);
        builder.Backbone();
        builder.ExtraFeatureLevels();
        builder.Heads();
        return (builder._network.Build(), [.. builder._levels.Select(l => (l, builder._network.SizeOf(l)))]);
    }

    private void Backbone()
    {
        string image = _network.Input(DetectorModel.ImageInput, 3, _spec.InputSize, _spec.InputSize);
        var backbone = MobileNetV2.Add(_units, image, _options.WidthMultiplier);
        _levels.AddRange([backbone.Tap, backbone.Last]);
        _features = backbone.Last;
    }

    private void ExtraFeatureLevels()
    {
        for (int i = 0; i < ExtraLevels.Length; i++)
        {
            var (hidden, output) = ExtraLevels[i];
            string first = $"layer_19_1_Conv2d_{i + 2}_1x1_{hidden}", second = $"layer_19_2_Conv2d_{i + 2}_3x3_s2_{output}";
            _features = _units.Conv(first, _features, Group(first, hidden), kernel: 1);
            var group = Group(second, output);
            if (_options.Extras == ExtraLayerStyle.Separable)
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

    private void Heads()
    {
        var boxes = new List<string>();
        var classes = new List<string>();
        for (int level = 0; level < _levels.Count; level++)
        {
            int shapes = SsdDefaultBoxes.PerPosition(level);
            boxes.Add(Head($"BoxPredictor_{level}.BoxEncodingPredictor", _levels[level], shapes * 4));
            classes.Add(Head($"BoxPredictor_{level}.ClassPredictor", _levels[level], shapes * _classOutputs));
        }
        _network.Output(DetectorModel.BoxesOutput, boxes, 4);
        _network.Output(DetectorModel.ClassesOutput, classes, _classOutputs);
    }

    private string Head(string name, string input, int outputs)
    {
        if (_options.Heads == HeadStyle.Separable)
        {
            input = _units.Depthwise(name + "_depthwise", input, stride: 1);
        }
        int kernel = _options.Heads == HeadStyle.Full ? 3 : 1;
        return _network.Conv(name, input, ChannelLayout.Fixed(outputs), kernel, 1, _options.Padding, bias: true);
    }

    private ChannelGroup Group(string name, int width) => _network.Group(name, ChannelGroupKind.Neck, width);
}
