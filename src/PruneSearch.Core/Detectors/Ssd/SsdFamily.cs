using PruneSearch.Core.Detectors.Backbones;
using PruneSearch.Core.Detectors.Rules;
using PruneSearch.Core.Networks;

namespace PruneSearch.Core.Detectors.Ssd;

/// <summary>SSD (Liu et al. 2016) on MobileNet-V2 (Sandler et al. 2018), as in TensorFlow's object detection API.</summary>
public sealed class SsdFamily : IDetectorFamily
{
    /// <summary>The name of this architecture in specifications.</summary>
    public const string Architecture = "ssd-mobilenet-v2";

    /// <inheritdoc/>
    public DetectorSpec Template => Spec(["object"]);

    /// <inheritdoc/>
    public IReadOnlyList<ForeignNames> Foreign =>
    [
        new ForeignNames
        {
            Program = "torchvision's mobilenet_v2",
            First = TorchvisionMobileNetV2.First,
            Template = Spec(["object"], new SsdOptions { Padding = PaddingStyle.Symmetric }),
            Of = TorchvisionMobileNetV2.Of,
            Epsilon = 1e-5,
            Input = InputRule.ImageNet,
        },
    ];

    /// <inheritdoc/>
    public bool InTensorFlowLite => true;

    /// <summary>The specification with given classes.</summary>
    public static DetectorSpec Spec(IReadOnlyList<string> classes, SsdOptions? options = null) =>
        new() { Architecture = Architecture, InputSize = 300, Classes = classes, Options = options ?? new SsdOptions() };

    /// <inheritdoc/>
    public DetectorModel Build(DetectorSpec spec)
    {
        var options = (SsdOptions)spec.Options;
        var scores = new ScoreRule { Function = options.Scores, Background = true };
        var (network, levels) = SsdNetwork.Build(spec, options, scores.OutputsFor(spec.Classes.Count));
        var references = SsdDefaultBoxes.Create([.. levels.Select(l => l.Size)]);
        if (options.TrainedSize is { } trained)
        {
            var (there, thereLevels) = SsdNetwork.Build(spec with { InputSize = trained }, options, scores.OutputsFor(spec.Classes.Count));
            references = SsdDefaultBoxes.Moved(references, Views(network, levels, spec.InputSize), Views(there, thereLevels, trained));
        }
        return new DetectorModel
        {
            Spec = spec,
            Network = network,
            References = references,
            BoxCode = new BoxCode { Order = options.BoxOrder, CenterScale = options.CenterScale, SizeScale = options.SizeScale },
            Scores = scores,
            Input = InputRule.MinusOneToOne,
            Training = new TrainingRule
            {
                Assignment = new AssignmentRule.Iou { Best = BestRows.TakeThatObject },
                Classes = new ClassLossRule.HardNegatives(),
                Boxes = new BoxLossRule.SmoothL1(),
            },
        };
    }

    /// <inheritdoc/>
    public DetectorSpec At(DetectorSpec spec, int inputSize)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var options = (SsdOptions)spec.Options;
        int trained = options.TrainedSize ?? spec.InputSize;
        return spec with { InputSize = inputSize, Options = options with { TrainedSize = trained == inputSize ? null : trained } };
    }

    private static IReadOnlyList<LevelView> Views(Network network, IReadOnlyList<(string Layer, (int Height, int Width) Size)> levels, int inputSize) =>
        [.. levels.Select(l => LevelView.Of(network, l.Layer, inputSize))];

    /// <inheritdoc/>
    public IEnumerable<DetectorSpec> Variants(DetectorSpec template)
    {
        var options = (SsdOptions)template.Options;
        return
            from width in MobileNetV2.PublishedWidths
            from extras in Enum.GetValues<ExtraLayerStyle>().OrderByDescending(e => e == options.Extras)
            from heads in Enum.GetValues<HeadStyle>().OrderByDescending(h => h == options.Heads)
            select template with { Options = options with { WidthMultiplier = width, Extras = extras, Heads = heads } };
    }
}
