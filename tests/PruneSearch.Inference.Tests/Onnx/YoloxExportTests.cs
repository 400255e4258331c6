using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Yolox;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Weights;
using PruneSearch.Data.Images;
using PruneSearch.Data.PostProcessing;
using PruneSearch.Detection.Import;
using PruneSearch.Detection.Networks;
using PruneSearch.Inference.Detecting;
using PruneSearch.Inference.Latency;
using PruneSearch.Inference.Onnx;
using PruneSearch.Inference.Quantisation;
using PruneSearch.Tests;
using static TorchSharp.torch;

namespace PruneSearch.Inference.Tests.Onnx;

/// <summary>YOLOX in every form in which it is deployed.</summary>
public sealed class YoloxExportTests
{
    private static readonly ChannelGroupKind[] AllKinds = Enum.GetValues<ChannelGroupKind>();

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void Every_variant_answers_alike_dense_and_pruned(bool depthwise, bool norms)
    {
        var dense = Small(depthwise, norms);
        var weights = Some.Weights(dense.Network, seed: 11);
        var pruned = Shrink.To(dense, weights, UniformWidths.For(dense.Network, 0.4, 1, AllKinds));

        RequireAgreement(dense, weights);
        RequireAgreement(pruned.Model, pruned.Weights);
    }

    [Fact]
    public void The_end_to_end_form_finds_what_the_raw_form_and_our_decoding_find_in_photos()
    {
        var (model, weights) = Trained();
        var options = new DetectionOptions { ScoreThreshold = 0.2f, IouThreshold = 0.65f };
        byte[] file = OnnxExport.ToBytes(model, weights);
        using var raw = OnnxDetector.Load(file, "raw");
        using var whole = OnnxDetector.Load(OnnxExport.ToEndToEnd(file, "raw", options), "end to end");
        int objects = 0;
        foreach (string photo in Photos(6))
        {
            var image = ImageDecoder.Decode(photo);
            var expected = raw.Detect(image, options);
            var found = whole.Detect(image, options);
            Assert.Equal(expected.Count, found.Count);
            Assert.All(expected.Zip(found), p =>
            {
                Assert.Equal(p.First.Class, p.Second.Class);
                Assert.Equal(p.First.Score, p.Second.Score, 1e-4);
                Assert.True(p.First.Box.Iou(p.Second.Box) > 0.999);
            });
            objects += found.Count;
        }
        Assert.True(objects >= 6, $"{objects} objects in 6 photos");
    }

    [Fact]
    public void A_quantised_detector_with_cut_ranges_finds_more_than_half_of_the_same_objects()
    {
        var (model, weights) = Trained();
        byte[] dense = OnnxExport.ToBytes(model, weights);
        var percentile = new QuantisationOptions { Method = CalibrationMethod.Percentile, Percentile = 0.999 };
        using var before = OnnxDetector.Load(dense, "dense");
        using var after = OnnxDetector.Load(
            Int8Quantisation.Quantise(dense, [.. Photos(12).Select(p => NetworkInput.Of(ImageDecoder.Decode(p), model.InputSpec))], percentile), "quantised");
        int same = 0, all = 0;
        foreach (string photo in Photos(40).Skip(12))
        {
            var image = ImageDecoder.Decode(photo);
            var found = after.Detect(image, new DetectionOptions { ScoreThreshold = 0.2f });
            foreach (var wanted in before.Detect(image, new DetectionOptions { ScoreThreshold = 0.5f }))
            {
                all++;
                same += found.Any(d => d.Class == wanted.Class && d.Box.Iou(wanted.Box) > 0.7) ? 1 : 0;
            }
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{same} of {all}");
        Assert.True(all > 30 && same > 0.6 * all, $"{same} of {all}");
    }

    [Theory]
    [InlineData(0.25, true)] // nano
    [InlineData(0.375, false)] // tiny
    public void What_was_exported_is_imported_by_the_order_of_its_convolutions(double width, bool depthwise)
    {
        var model = Folded(new YoloxOptions { Width = width, Depthwise = depthwise });
        var weights = Some.Weights(model.Network, seed: 3);

        var imported = DetectorImport.Read(OnnxExport.ToBytes(model, weights), "yolox.onnx", new ImportOptions { Classes = ["a", "b", "c"] });

        Assert.Equal((64, model.Spec.Options), (imported.Model.Spec.InputSize, imported.Model.Spec.Options));
        Assert.All(weights.Where(w => w.Key != "stem.conv.conv.weight"), w => Assert.Equal(w.Value.Values, imported.Weights[w.Key].Values));
        // The original computes the second and third pixel of a block in the other order.
        float[] before = weights["stem.conv.conv.weight"].Values, after = imported.Weights["stem.conv.conv.weight"].Values;
        Assert.Equal([.. before[..27], .. before[54..81], .. before[27..54], .. before[81..108]], after[..108]);
    }

    [Fact]
    public void Graphs_that_are_no_YOLOX_are_refused_with_what_differs()
    {
        var model = Folded();
        var weights = Some.Weights(model.Network, seed: 3);
        static string Refused(byte[] file, ImportOptions? options = null) =>
            Assert.Throws<FormatException>(() => DetectorImport.Read(file, "yolox.onnx", options)).Message;

        Assert.Contains("2 class names, expected 3", Refused(OnnxExport.ToBytes(model, weights), new ImportOptions { Classes = ["a", "b"] }));
        var narrow = Shrink.To(model, weights, UniformWidths.For(model.Network, 0.5, 8, ChannelGroupKind.Stem));
        Assert.Matches(
            "^yolox.onnx: convolution 1, 'stem.conv.conv', has weights \\[8, 12, 3, 3\\] and biases \\[8\\], expected \\[16, 12, 3, 3\\]",
            Refused(OnnxExport.ToBytes(narrow.Model, narrow.Weights)));
        var ssd = Some.SmallDetector();
        Assert.Contains("convolutions, expected as many", Refused(OnnxExport.ToBytes(ssd, Some.Weights(ssd.Network, 1))));
        byte[] whole = OnnxExport.ToBytes(model, weights);
        Assert.StartsWith("yolox.onnx", Refused(whole[..(whole.Length / 2)]));
    }

    private static void RequireAgreement(DetectorModel model, WeightSet weights)
    {
        float[] picture = Some.RandomPicture(64, seed: 12);
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var network = new TorchNetwork(model.Network, weights);
        var trained = network.Forward(tensor(picture, [1, 3, 64, 64]));
        foreach (var (name, exported) in Engine.Run(OnnxExport.ToBytes(model, weights), picture))
        {
            Engine.RequireClose(trained[name].contiguous().data<float>().ToArray(), exported, 1e-4);
        }
    }

    private static DetectorModel Small(bool depthwise, bool norms) =>
        DetectorCatalog.Build(YoloxFamily.Spec(Some.Classes, new YoloxOptions { Width = 0.125, Depthwise = depthwise }, 64) with { BatchNorm = norms });

    private static DetectorModel Folded(YoloxOptions? options = null) =>
        DetectorCatalog.Build(YoloxFamily.Spec(Some.Classes, options, inputSize: 64) with { BatchNorm = false });

    private static (DetectorModel Model, WeightSet Weights) Trained()
    {
        var imported = DetectorImport.Read(SharedData.Require("weights/yolox_nano_coco.safetensors"), new ImportOptions { InputSize = 416 });
        return (imported.Model, imported.Weights);
    }

    private static IEnumerable<string> Photos(int count) =>
        Directory.EnumerateFiles(SharedData.Voc, "*.jpg", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Take(count);
}
