using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Rules;
using PruneSearch.Core.Networks;

namespace PruneSearch.Tests.Stages;

/// <summary>The options of <see cref="ToyFamily"/>.</summary>
internal sealed record ToyOptions : DetectorOptions
{
    /// <summary>Channels of the layers.</summary>
    [Description("Channels of the layers."), Range(8, 64)]
    public int Channels { get; init; } = 16;
}

/// <summary>A detector that no one else knows: three strided convolutions, and three boxes a position.</summary>
internal sealed class ToyFamily : IDetectorFamily
{
    public const string Architecture = "toy";
    private const int Shapes = 3, Stride = 8;

    private static readonly Lazy<bool> Registered = new(() =>
    {
        DetectorCatalog.Register(new ToyFamily());
        return true;
    });

    public DetectorSpec Template => new() { Architecture = Architecture, InputSize = 64, Classes = ["object"], Options = new ToyOptions() };

    public IReadOnlyList<ForeignNames> Foreign => [];

    /// <summary>Registers the family once in this process.</summary>
    public static void Register() => _ = Registered.Value;

    public DetectorModel Build(DetectorSpec spec)
    {
        var network = new NetworkBuilder(spec.Widths);
        string x = network.Input(DetectorModel.ImageInput, 3, spec.InputSize, spec.InputSize);
        for (int i = 0; i < 3; i++)
        {
            string name = $"conv{i}",
                conv = network.Conv(name, x, network.Group(name, ChannelGroupKind.Hidden, ((ToyOptions)spec.Options).Channels), 3, 2, bias: !spec.BatchNorm);
            x = network.Activation(name + ".relu", spec.BatchNorm ? network.BatchNorm(name + ".bn", conv) : conv, ActivationFunction.Relu);
        }
        network.Output(DetectorModel.BoxesOutput, [network.Conv("head.boxes", x, ChannelLayout.Fixed(Shapes * 4), 1)], 4);
        network.Output(DetectorModel.ClassesOutput, [network.Conv("head.classes", x, ChannelLayout.Fixed(Shapes * spec.Classes.Count), 1)], spec.Classes.Count);
        int edge = spec.InputSize / Stride;
        return new DetectorModel
        {
            Spec = spec,
            Network = network.Build(),
            References =
            [
                .. from y in Enumerable.Range(0, edge)
                   from column in Enumerable.Range(0, edge)
                   from size in (float[])[0.15f, 0.3f, 0.6f]
                   select new ReferenceBox((y + 0.5f) / edge, (column + 0.5f) / edge, size, size),
            ],
            BoxCode = new BoxCode { Order = BoxOrder.Xywh },
            Scores = new ScoreRule { Function = ScoreFunction.Sigmoid, Background = false },
            Input = InputRule.ImageNet with { Fit = InputFit.Letterbox, Place = LetterboxPlace.Center },
            Training = new TrainingRule
            {
                Assignment = new AssignmentRule.Iou { Negative = 0.4, Best = BestRows.TakeThatObject },
                Classes = new ClassLossRule.Focal(),
                Boxes = new BoxLossRule.L1(),
            },
        };
    }

    public IEnumerable<DetectorSpec> Variants(DetectorSpec template) => [template];
}
