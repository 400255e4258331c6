using PruneSearch.Core.Networks;

namespace PruneSearch.Core.Detectors.Yolox;

/// <summary>
/// The network: CSPDarknet with a space-to-depth stem, a pyramid with a way down and a way up again (PAFPN) on strides 8, 16 and
/// 32, and heads that compute classes apart from boxes and objectness. Layers are in the order in which the original computes them.
/// </summary>
internal sealed class YoloxNetwork
{
    /// <summary>Pixels from one position to the next on each level.</summary>
    public static readonly IReadOnlyList<int> Strides = [8, 16, 32];

    private readonly NetworkBuilder _network;
    private readonly YoloxUnits _units;
    private readonly int _base, _repeats;

    private YoloxNetwork(DetectorSpec spec, YoloxOptions options)
    {
        _network = new NetworkBuilder(spec.Widths);
        _units = new YoloxUnits(_network, options.Depthwise, spec.BatchNorm);
        _base = (int)(64 * options.Width);
        _repeats = Math.Max(1, (int)Math.Round(3 * options.Depth));
    }

    /// <summary>The whole network: backbone, pyramid, and a head at each of its levels.</summary>
    public static Network Build(DetectorSpec spec, YoloxOptions options)
    {
        var builder = new YoloxNetwork(spec, options);
        string image = builder._network.Input(DetectorModel.ImageInput, 3, spec.InputSize, spec.InputSize);
        builder.Heads(builder.Pyramid(builder.Backbone(image)), spec.Classes.Count);
        return builder._network.Build();
    }

    private string[] Backbone(string image)
    {
        string stem = _units.Conv("stem.conv", _network.SpaceToDepth("stem.blocks", image, 2), ChannelGroupKind.Stem, _base, kernel: 3);
        string dark2 = _units.Partial("dark2.1", Down("dark2.0", stem, 2 * _base), 2 * _base, _repeats, shortcut: true);
        string dark3 = _units.Partial("dark3.1", Down("dark3.0", dark2, 4 * _base), 4 * _base, 3 * _repeats, shortcut: true);
        string dark4 = _units.Partial("dark4.1", Down("dark4.0", dark3, 8 * _base), 8 * _base, 3 * _repeats, shortcut: true);
        string pooled = _units.Pooling("dark5.1", Down("dark5.0", dark4, 16 * _base), 16 * _base);
        return [dark3, dark4, _units.Partial("dark5.2", pooled, 16 * _base, _repeats, shortcut: false)];
    }

    private string[] Pyramid(string[] levels)
    {
        string coarse = _units.Conv("lateral_conv0", levels[2], ChannelGroupKind.Neck, 8 * _base);
        string middle = Mix("C3_p4", Up("C3_p4", coarse, levels[1]), 8 * _base);
        string narrow = _units.Conv("reduce_conv1", middle, ChannelGroupKind.Neck, 4 * _base);
        string fine = Mix("C3_p3", Up("C3_p3", narrow, levels[0]), 4 * _base);
        string up = Mix("C3_n3", _network.Concat("C3_n3.in", Down("bu_conv2", fine, 4 * _base), narrow), 8 * _base);
        return [fine, up, Mix("C3_n4", _network.Concat("C3_n4.in", Down("bu_conv1", up, 8 * _base), coarse), 16 * _base)];
    }

    private void Heads(string[] levels, int classCount)
    {
        List<string> boxes = [], classes = [], objectness = [];
        for (int level = 0; level < levels.Length; level++)
        {
            string stem = _units.Conv($"head.stems.{level}", levels[level], ChannelGroupKind.Head, 4 * _base);
            classes.Add(Predict($"head.cls_preds.{level}", Tower($"head.cls_convs.{level}", stem), classCount));
            string place = Tower($"head.reg_convs.{level}", stem);
            boxes.Add(Predict($"head.reg_preds.{level}", place, 4));
            objectness.Add(Predict($"head.obj_preds.{level}", place, 1));
        }
        _network.Output(DetectorModel.BoxesOutput, boxes, 4);
        _network.Output(DetectorModel.ClassesOutput, classes, classCount);
        _network.Output(DetectorModel.ObjectnessOutput, objectness, 1);
    }

    private string Down(string name, string input, int channels) =>
        _units.Spatial(name, input, _network.Group(name, ChannelGroupKind.Neck, channels), stride: 2);

    private string Up(string name, string input, string side) => _network.Concat(name + ".in", _network.UpsampleTo(name + ".up", input, side), side);

    private string Mix(string name, string input, int channels) => _units.Partial(name, input, channels, _repeats, shortcut: false);

    private string Tower(string name, string input)
    {
        string first = _units.Spatial(name + ".0", input, _network.Group(name + ".0", ChannelGroupKind.Head, 4 * _base));
        return _units.Spatial(name + ".1", first, _network.Group(name + ".1", ChannelGroupKind.Head, 4 * _base));
    }

    private string Predict(string name, string input, int outputs) =>
        _network.Conv(name, input, ChannelLayout.Fixed(outputs), 1, 1, PaddingStyle.Symmetric, bias: true);
}
