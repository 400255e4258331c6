using PruneSearch.Core.Detectors.Backbones;
using PruneSearch.Core.Networks;

namespace PruneSearch.Core.Detectors.RetinaNet;

/// <summary>
/// The network: a backbone, a pyramid of the levels 3 to 7 (Lin et al. 2017, "Feature pyramid networks"), and two heads whose
/// convolutions all levels share.
/// </summary>
internal sealed class RetinaNetNetwork
{
    /// <summary>Nominal stride of the first level.</summary>
    public const int FirstStride = 8;

    private readonly DetectorSpec _spec;
    private readonly RetinaNetOptions _options;
    private readonly NetworkBuilder _network;

    private RetinaNetNetwork(DetectorSpec spec, RetinaNetOptions options) => (_spec, _options, _network) = (spec, options, new NetworkBuilder(spec.Widths));

    /// <summary>Builds it; tells rows and columns of each level.</summary>
    public static (Network Network, IReadOnlyList<(int Height, int Width)> Levels) Build(DetectorSpec spec, RetinaNetOptions options, int classOutputs)
    {
        var builder = new RetinaNetNetwork(spec, options);
        string[] levels = builder.Pyramid(builder.Backbone());
        var heads = new RetinaNetHeads(builder._network, options, spec.BatchNorm);
        int anchors = RetinaNetAnchors.PerPosition;
        builder._network.Output(DetectorModel.BoxesOutput, heads.Add("regression_head", "bbox_reg", levels, anchors * 4), 4);
        builder._network.Output(DetectorModel.ClassesOutput, heads.Add("classification_head", "cls_logits", levels, anchors * classOutputs), classOutputs);
        return (builder._network.Build(), [.. levels.Select(builder._network.SizeOf)]);
    }

    private string[] Backbone()
    {
        string image = _network.Input(DetectorModel.ImageInput, 3, _spec.InputSize, _spec.InputSize);
        ConvUnits Units(ActivationFunction function) => new(_network, _options.Padding, _spec.BatchNorm, function);
        if (_options.Backbone != RetinaNetBackbone.MobileNetV2)
        {
            bool deep = _options.Backbone == RetinaNetBackbone.ResNet50;
            return ResNet.Add(Units(ActivationFunction.Relu), image, deep ? [3, 4, 6, 3] : [2, 2, 2, 2], bottleneck: deep);
        }
        const int LastAtStride8 = 5, LastAtStride16 = 12;
        var backbone = MobileNetV2.Add(Units(ActivationFunction.Relu6), image, _options.WidthMultiplier);
        return [backbone.Blocks[LastAtStride8], backbone.Blocks[LastAtStride16], backbone.Last];
    }

    private string[] Pyramid(string[] features)
    {
        ChannelGroup lateral = Group("fpn.lateral"), output = Group("fpn.output");
        string[] levels = new string[features.Length];
        string above = "";
        for (int i = features.Length - 1; i >= 0; i--)
        {
            string side = Conv($"fpn.inner_blocks.{i}", features[i], lateral, 1);
            above = above.Length == 0 ? side : _network.Sum($"fpn.add.{i}", side, _network.UpsampleTo($"fpn.up.{i}", above, side));
            levels[i] = Conv($"fpn.layer_blocks.{i}", above, output, 3);
        }
        string sixth = Conv("fpn.extra_blocks.p6", levels[^1], output, 3, 2);
        string seventh = Conv("fpn.extra_blocks.p7", _network.Activation("fpn.extra_blocks.p6.relu", sixth, ActivationFunction.Relu), output, 3, 2);
        return [.. levels, sixth, seventh];
    }

    private string Conv(string name, string input, ChannelGroup output, int kernel, int stride = 1) =>
        _network.Conv(name, input, output, kernel, stride, _options.Padding, bias: true);

    private ChannelGroup Group(string name) => _network.Group(name, ChannelGroupKind.Neck, _options.PyramidWidth);
}
