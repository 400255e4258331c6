using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.RetinaNet;
using PruneSearch.Core.Detectors.Ssd;
using PruneSearch.Core.Detectors.Yolox;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Weights;
using PruneSearch.Data.Loading;
using PruneSearch.Data.PostProcessing;
using PruneSearch.Detection.Training;
using PruneSearch.Pruning;
using PruneSearch.Pruning.Selection;
using PruneSearch.Pruning.Sensitivity;

namespace PruneSearch.Tests.Pruning.Laws;

/// <summary>Every criterion and every target serves every family.</summary>
public sealed class FamilyPruningTests
{
    private const int Size = 64;

    private static readonly string[] Classes = ["a", "b"];

    private static readonly SortedDictionary<string, DetectorModel> Families = new(StringComparer.Ordinal)
    {
        [SsdFamily.Architecture] = DetectorCatalog.Build(
            SsdFamily.Spec(Classes, new() { WidthMultiplier = 0.25, Extras = ExtraLayerStyle.Separable }) with { InputSize = Size }),
        [YoloxFamily.Architecture] = DetectorCatalog.Build(YoloxFamily.Spec(Classes, new() { Width = 0.125 }, Size)),
        [RetinaNetFamily.Architecture] = DetectorCatalog.Build(
            RetinaNetFamily.Spec(Classes, new() { WidthMultiplier = 0.25, PyramidWidth = 64, HeadDepth = 1, HeadNorms = HeadNorms.PerLevel }, Size)),
    };

    public static TheoryData<string, Criterion> Criteria =>
        [.. Families.Keys.SelectMany(f => Enum.GetValues<Criterion>().Select(c => new TheoryDataRow<string, Criterion>(f, c)))];

    public static TheoryData<string, PruneTarget> Targets =>
        [.. Families.Keys.SelectMany(f => Enum.GetValues<PruneTarget>().Select(t => new TheoryDataRow<string, PruneTarget>(f, t)))];

    public static TheoryData<string> Names => [.. Families.Keys];

    [Theory]
    [MemberData(nameof(Criteria))]
    public void A_criterion_chooses_three_tenths_and_readers_make_up_for_them(string family, Criterion criterion)
    {
        var model = Families[family];
        var weights = Some.Weights(model.Network);
        using var batch = Batch();

        var pruned = PruningEngine.Prune(
            model, weights, new PruneSettings { Ratio = 0.3, Criterion = criterion, RoundTo = 1 }, CalibrationSet.Annotated(model, [batch], seed: 1));

        pruned.Weights.RequireFit(model.With(pruned.Spec.Widths).Network, "pruned");
        Assert.InRange(pruned.Channels.Removed, 0.25, 0.3);
        Assert.Null(pruned.Weights.NotFinite());
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void A_target_is_met(string family, PruneTarget target)
    {
        var model = Families[family];
        var settings = new PruneSettings { Ratio = 0.1, Target = target, Criterion = Criterion.L2, Compensate = false, RoundTo = 1 };
        double Share(IReadOnlyDictionary<string, int> widths) => (double)model.With(widths).Network.Macs / model.Network.Macs;

        var pruned = PruningEngine.Prune(model, Some.Weights(model.Network), settings, new([], Seed: 1),
            latency: new(spec => Share(spec.Widths), new(() => new LatencyCosts(Share, 1))));

        var after = model.With(pruned.Spec.Widths).Network;
        double gone = target switch
        {
            PruneTarget.Channels => pruned.Channels.Removed,
            PruneTarget.Parameters => 1 - (double)after.Parameters / model.Network.Parameters,
            _ => 1 - (double)after.Macs / model.Network.Macs,
        };
        Assert.InRange(gone, 0.08, target == PruneTarget.Latency ? 0.13 : 0.1);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Groups_are_pruned_alone_to_see_what_they_are_worth(string family)
    {
        var model = Families[family];
        var weights = Some.Weights(model.Network);
        using var batch = Batch();
        var groups = model.Network.Groups.Where(g => g.Kind == ChannelGroupKind.Hidden).Take(2).ToList();
        var settings = new PruneSettings { Ratio = 0, Criterion = Criterion.Obs, Groups = [.. groups.Select(g => g.Name)], RoundTo = 1 };

        var rows = SensitivityScan.Run(model, weights, settings, [0.5], new([batch.Images], 1), (pruned, cut) =>
        {
            cut.RequireFit(pruned.Network, "cut");
            return pruned.Network.Macs;
        }).ToList();

        Assert.Equal(groups.Select(g => (g.Name, g.DenseWidth - g.DenseWidth / 2)), rows.Select(r => (r.Group, r.Width)));
        Assert.All(rows, r => Assert.True(r.Accuracy < model.Network.Macs));
    }

    // Noise, and an object in each picture.
    private static TrainingBatch Batch() => new(Some.Picture(4, Size, Size),
    [
        .. Enumerable.Range(0, 4).Select(i => new BatchImage
        {
            SampleIndex = i,
            ImageId = i,
            Width = Size,
            Height = Size,
            Boxes = [new BoxCorners(0.1f * i, 0.2f, 0.1f * i + 0.4f, 0.7f)],
            Classes = [i % 2],
        }),
    ]);
}
