using PruneSearch.Core.Detectors.Rules;

namespace PruneSearch.Core.Detectors.Yolox;

/// <summary>YOLOX (Ge et al. 2021): anchor-free, with decoupled heads and objectness.</summary>
public sealed class YoloxFamily : IDetectorFamily
{
    /// <summary>The name of this architecture in specifications.</summary>
    public const string Architecture = "yolox";

    private const int Stride = 32;

    /// <inheritdoc/>
    public DetectorSpec Template => Spec(["object"]);

    /// <inheritdoc/>
    public IReadOnlyList<ForeignNames> Foreign => [YoloxNames.WithNorms, YoloxNames.Folded];

    /// <summary>The specification with given classes; YOLOX-nano unless the options say otherwise.</summary>
    public static DetectorSpec Spec(IReadOnlyList<string> classes, YoloxOptions? options = null, int inputSize = 416) =>
        new() { Architecture = Architecture, InputSize = inputSize, Classes = classes, Options = options ?? new YoloxOptions() };

    /// <inheritdoc/>
    public DetectorModel Build(DetectorSpec spec)
    {
        spec.RequireMultipleOf(Stride);
        var options = (YoloxOptions)spec.Options;
        return new DetectorModel
        {
            Spec = spec,
            Network = YoloxNetwork.Build(spec, options),
            References = [.. YoloxNetwork.Strides.SelectMany(s => Cells(spec.InputSize, s))],
            BoxCode = new BoxCode { Order = BoxOrder.Xywh },
            Scores = new ScoreRule { Function = ScoreFunction.Sigmoid, Background = false, Objectness = true },
            Input = new InputRule
            {
                Fit = InputFit.Letterbox,
                Place = LetterboxPlace.TopLeft,
                Fill = 114,
                Channels = ChannelOrder.Bgr,
                Mean = [0, 0, 0],
                Deviation = [1, 1, 1],
            },
            Training = new TrainingRule
            {
                Assignment = new AssignmentRule.SimOta { CellOffset = 0.5 },
                Classes = new ClassLossRule.Overlap(),
                Boxes = new BoxLossRule.Iou { L1Share = 0.15 },
            },
        };
    }

    /// <inheritdoc/>
    public IEnumerable<DetectorSpec> Variants(DetectorSpec template) =>
        from size in (YoloxOptions[])
        [
            new(),
            new() { Width = 0.375, Depthwise = false },
            new() { Width = 0.5, Depthwise = false },
            new() { Depth = 0.67, Width = 0.75, Depthwise = false },
            new() { Depth = 1, Width = 1, Depthwise = false },
            new() { Depth = 1.33, Width = 1.25, Depthwise = false },
        ]
        select template with { Options = size };

    // The box of a row is coded relative to the corner of its cell.
    private static IEnumerable<ReferenceBox> Cells(int size, int stride)
    {
        float edge = (float)stride / size;
        int count = size / stride;
        return from y in Enumerable.Range(0, count) from x in Enumerable.Range(0, count) select new ReferenceBox(y * edge, x * edge, edge, edge);
    }
}
