using PruneSearch.Core.Detectors.Backbones;
using PruneSearch.Core.Detectors.Rules;

namespace PruneSearch.Core.Detectors.RetinaNet;

/// <summary>RetinaNet (Lin et al. 2017): a feature pyramid, heads shared over its levels, focal loss.</summary>
public sealed class RetinaNetFamily : IDetectorFamily
{
    /// <summary>The name of this architecture in specifications.</summary>
    public const string Architecture = "retinanet";

    private const int Stride = 32;

    /// <inheritdoc/>
    public DetectorSpec Template => Spec(["object"]);

    /// <inheritdoc/>
    public IReadOnlyList<ForeignNames> Foreign => TorchvisionRetinaNet.All;

    /// <summary>The specification with given classes.</summary>
    public static DetectorSpec Spec(IReadOnlyList<string> classes, RetinaNetOptions? options = null, int inputSize = 320) =>
        new() { Architecture = Architecture, InputSize = inputSize, Classes = classes, Options = options ?? new RetinaNetOptions() };

    /// <inheritdoc/>
    public DetectorModel Build(DetectorSpec spec)
    {
        spec.RequireMultipleOf(Stride);
        var options = (RetinaNetOptions)spec.Options;
        Require(options);
        var scores = new ScoreRule { Function = ScoreFunction.Sigmoid, Background = options.Background };
        var (network, levels) = RetinaNetNetwork.Build(spec, options, scores.OutputsFor(spec.Classes.Count));
        var input = options.PictureValues == PictureValues.ImageNet ? InputRule.ImageNet : InputRule.MinusOneToOne;
        return new DetectorModel
        {
            Spec = spec,
            Network = network,
            References = RetinaNetAnchors.Create(spec.InputSize, levels, RetinaNetNetwork.FirstStride, options.AnchorScale),
            BoxCode = new BoxCode { Order = BoxOrder.Xywh, MaxLogSize = Math.Log(1000.0 / 16) },
            Scores = scores,
            Input = options.Letterbox ? input with { Fit = InputFit.Letterbox, Place = LetterboxPlace.Center } : input,
            Training = new TrainingRule
            {
                Assignment = new AssignmentRule.Iou { Positive = 0.5, Negative = 0.4, Best = BestRows.TakeTheirOwn },
                Classes = new ClassLossRule.Focal(),
                Boxes = new BoxLossRule.L1(),
                PerPicture = true,
            },
        };
    }

    /// <inheritdoc/>
    public DetectorSpec Told(DetectorSpec template, Func<string, IReadOnlyList<int>?> shapeOf)
    {
        if (shapeOf("fpn.layer_blocks.0.weight") is not [int width, ..])
        {
            return template; // a backbone alone
        }
        const string Head = "regression_head";
        bool Has(string layer) => shapeOf(layer + ".weight") is not null;
        bool Normed(string level) => Has($"{Head}.conv.0.bn{level}") || Has($"{Head}.bbox_reg.depthwise.bn{level}");
        return template with
        {
            Options = (RetinaNetOptions)template.Options with
            {
                PyramidWidth = width,
                HeadDepth = Enumerable.Range(0, int.MaxValue).First(i => !Has($"{Head}.conv.{i}")),
                Heads = Has($"{Head}.bbox_reg.depthwise") ? HeadConvolutions.Separable : HeadConvolutions.Full,
                HeadNorms = Normed("@p4") ? HeadNorms.PerLevel : Normed("") ? HeadNorms.Shared : HeadNorms.None,
            },
        };
    }

    /// <inheritdoc/>
    public IEnumerable<DetectorSpec> Variants(DetectorSpec template)
    {
        var options = (RetinaNetOptions)template.Options;
        return
            from backbone in Enum.GetValues<RetinaNetBackbone>().OrderByDescending(b => b == options.Backbone)
            from width in backbone == RetinaNetBackbone.MobileNetV2 ? MobileNetV2.PublishedWidths : [1.0]
            select template with { Options = options with { Backbone = backbone, WidthMultiplier = width } };
    }

    private static void Require(RetinaNetOptions options)
    {
        if (options is { WidthMultiplier: not 1, Backbone: not RetinaNetBackbone.MobileNetV2 })
        {
            throw new ArgumentException(
                FormattableString.Invariant($"Width multiplier {options.WidthMultiplier} stands with a ResNet, expected 1: only MobileNet-V2 has others."));
        }
    }
}
