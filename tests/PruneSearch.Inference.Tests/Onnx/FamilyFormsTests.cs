using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.RetinaNet;
using PruneSearch.Core.Detectors.Rules;
using PruneSearch.Core.Detectors.Yolox;
using PruneSearch.Core.Weights;
using PruneSearch.Data.PostProcessing;
using PruneSearch.Inference.Detecting;
using PruneSearch.Inference.Onnx;
using PruneSearch.Inference.Quantisation;
using PruneSearch.Inference.Tests.Detecting;

namespace PruneSearch.Inference.Tests.Onnx;

/// <summary>Every family in every form in which it is deployed.</summary>
public sealed class FamilyFormsTests
{
    public static TheoryData<string> Families => [.. Models.Keys];

    private static readonly SortedDictionary<string, Func<DetectorModel>> Models = new(StringComparer.Ordinal)
    {
        ["ssd"] = () => Some.SmallDetector(),
        ["yolox, depthwise"] = () => DetectorCatalog.Build(YoloxFamily.Spec(Some.Classes, new() { Width = 0.125 }, 96)),
        ["yolox"] = () => DetectorCatalog.Build(YoloxFamily.Spec(Some.Classes, new() { Width = 0.125, Depthwise = false }, 96)),
        ["retinanet"] = () => RetinaNet(new() { HeadNorms = HeadNorms.PerLevel }),
        ["retinanet, background"] = () => RetinaNet(new() { Heads = HeadConvolutions.Separable, Background = true }),
    };

    [Theory]
    [MemberData(nameof(Families))]
    public void All_forms_pass_the_checker(string family)
    {
        var model = Models[family]();
        byte[] raw = OnnxExport.ToBytes(model, Some.Weights(model.Network, 1));
        float[] picture = Picture(model, seed: 1);
        OnnxCheckerTests.Check(raw);
        OnnxCheckerTests.Check(OnnxExport.ToEndToEnd(raw, "raw"));
        OnnxCheckerTests.Check(Int8Quantisation.Quantise(raw, [picture]));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void The_end_to_end_form_finds_what_the_raw_form_and_our_decoding_find(string family)
    {
        var model = Models[family]();
        RequireSameDetections(model, Some.Weights(model.Network, seed: 5));
    }

    [Fact]
    public void Both_forms_cut_sizes_that_are_too_large_to_be_meant()
    {
        var model = RetinaNet(new() { AnchorScale = 1 }, size: 640); // boxes of 8 pixels: as large as may be, they are smaller than the picture
        var weights = Some.Weights(model.Network, seed: 5);
        var bias = weights["regression_head.bbox_reg.bias"];
        float most = (float)model.BoxCode.MaxLogSize;
        weights["regression_head.bbox_reg.bias"] = new WeightTensor(bias.Shape, [.. bias.Values.Select((v, i) => i % 4 < 2 ? v : most + 50)]);

        foreach (string head in (string[])["classification_head.cls_logits.weight", "regression_head.bbox_reg.weight"])
        {
            weights[head] = new WeightTensor(weights[head].Shape, [.. weights[head].Values.Select(v => v / 100)]); // no score is exactly 1
        }

        var found = RequireSameDetections(model, weights);

        float[] raw = Engine.Run(OnnxExport.ToBytes(model, weights), Picture(model, seed: 6))[DetectorModel.BoxesOutput];
        Assert.True(raw.Where((_, i) => i % 4 >= 2).Min() > most + 1); // without the cut each would fill the picture
        Assert.Contains(found, d => d.Box.Area() < 0.7);
    }

    private static IReadOnlyList<Data.PostProcessing.Detection> RequireSameDetections(DetectorModel model, WeightSet weights)
    {
        var options = new DetectionOptions { ScoreThreshold = 0.05f };
        byte[] file = OnnxExport.ToBytes(model, weights);
        using var raw = OnnxDetector.Load(file, "raw");
        using var whole = OnnxDetector.Load(OnnxExport.ToEndToEnd(file, "raw", options), "end to end");
        float[] picture = Picture(model, seed: 6);
        var expected = raw.Detect(picture, options);
        OnnxDetectorTests.RequireSame(expected, whole.Detect(picture, options), "random picture");
        Assert.True(expected.Count > 10, $"{expected.Count} detections");
        return expected;
    }

    private static DetectorModel RetinaNet(RetinaNetOptions options, int size = 96) => DetectorCatalog.Build(
        RetinaNetFamily.Spec(Some.Classes, options with { WidthMultiplier = 0.25, PyramidWidth = 64, HeadDepth = 1 }, size));

    private static float[] Picture(DetectorModel model, int seed) => Some.RandomPicture(model.Spec.InputSize, seed);
}
