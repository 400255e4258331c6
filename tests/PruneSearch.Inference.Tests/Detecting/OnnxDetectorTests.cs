using Google.Protobuf;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Rules;
using PruneSearch.Core.Detectors.Ssd;
using PruneSearch.Core.Weights;
using PruneSearch.Data.Images;
using PruneSearch.Data.PostProcessing;
using PruneSearch.Inference.Detecting;
using PruneSearch.Inference.Onnx;
using PruneSearch.Inference.Onnx.Schema;
using PruneSearch.Inference.Quantisation;
using PruneSearch.Tests;

namespace PruneSearch.Inference.Tests.Detecting;

public sealed class OnnxDetectorTests
{
    public static TheoryData<DetectionOptions> Options =>
    [
        new DetectionOptions(),
        new DetectionOptions { ScoreThreshold = 0.3f, IouThreshold = 0.4f },
        new DetectionOptions { MaxPerClass = 2, MaxTotal = 4 },
        new DetectionOptions { ScoreThreshold = 1 }, // nothing is that sure
    ];

    [Theory]
    [MemberData(nameof(Options))]
    public void The_end_to_end_form_finds_what_the_raw_form_and_our_decoding_find_in_photos(DetectionOptions options)
    {
        var (model, weights) = Some.TrainedDetector();
        using var raw = OnnxDetector.Load(OnnxExport.ToBytes(model, weights), "raw");
        using var whole = OnnxDetector.Load(EndToEnd(model, weights, options), "end to end");
        int objects = 0;
        foreach (string photo in Photos(4))
        {
            var image = ImageDecoder.Decode(photo);
            RequireSame(raw.Detect(image, options), whole.Detect(image, options), photo);
            objects += raw.Detect(image, options).Count;
        }
        Assert.True(whole.EndToEnd && !raw.EndToEnd);
        Assert.Equal(options.ScoreThreshold < 1, objects > 0);
    }

    [Theory]
    [InlineData(ScoreFunction.Sigmoid, BoxOrder.Xywh)]
    [InlineData(ScoreFunction.Softmax, BoxOrder.Yxhw)]
    public void Both_forms_agree_for_other_score_functions_and_box_orders(ScoreFunction scores, BoxOrder order)
    {
        var model = DetectorCatalog.Build(
            Some.SmallDetector().Spec with { Options = new SsdOptions { Scores = scores, BoxOrder = order, CenterScale = 4, SizeScale = 2 } });
        var weights = Some.Weights(model.Network, seed: 5);
        var options = new DetectionOptions { ScoreThreshold = 0.2f };
        using var raw = OnnxDetector.Load(OnnxExport.ToBytes(model, weights), "raw");
        using var whole = OnnxDetector.Load(EndToEnd(model, weights, options), "end to end");

        float[] picture = Some.RandomPicture(96, seed: 6);
        var expected = raw.Detect(picture, options);
        RequireSame(expected, whole.Detect(picture, options), "random picture");
        Assert.True(expected.Count > 10);
    }

    [Fact]
    public void A_raw_file_can_be_made_end_to_end_in_either_precision()
    {
        var model = Some.SmallDetector();
        var options = new DetectionOptions { ScoreThreshold = 0.2f };
        byte[] dense = OnnxExport.ToBytes(model, Some.Weights(model.Network, seed: 5)),
            quantised = Int8Quantisation.Quantise(dense, [Some.RandomPicture(96, seed: 1)]);
        float[] picture = Some.RandomPicture(96, seed: 6);
        foreach (byte[] file in (byte[][])[dense, quantised])
        {
            using var raw = OnnxDetector.Load(file, "raw");
            using var whole = OnnxDetector.Load(OnnxExport.ToEndToEnd(file, "raw", options), "end to end");
            RequireSame(raw.Detect(picture, options), whole.Detect(picture, options), raw.Precision);
            Assert.Equal((true, raw.Precision), (whole.EndToEnd, whole.Precision));
        }
        Assert.Contains(
            "already", Assert.Throws<FormatException>(() => OnnxExport.ToEndToEnd(EndToEnd(model, Some.Weights(model.Network, 5), options), "whole")).Message);
        byte[] anyBatch = OnnxExport.ToBytes(model, Some.Weights(model.Network, seed: 5), new OnnxExportOptions { BatchSize = null });
        Assert.Contains("any number of pictures", Assert.Throws<FormatException>(() => OnnxExport.ToEndToEnd(anyBatch, "any")).Message);
    }

    [Fact]
    public void A_photo_of_a_known_object_is_recognised_and_the_parts_are_timed()
    {
        var (model, weights) = Some.TrainedDetector();
        using var detector = OnnxDetector.Load(OnnxExport.ToBytes(model, weights), "raw");
        int sure = 0;
        foreach (string photo in Photos(12))
        {
            var found = detector.Detect(ImageDecoder.Decode(photo), new DetectionOptions { ScoreThreshold = 0.5f }, out var times);
            sure += found.Count;
            Assert.True(times is { PreProcessing: > 0, Network: > 0, PostProcessing: > 0 });
            Assert.All(found, d => Assert.InRange(d.Class, 0, 22));
        }
        Assert.True(sure >= 6, $"{sure} objects in 12 photos");
    }

    [Fact]
    public void A_quantised_detector_finds_most_of_the_same_objects()
    {
        var (model, weights) = Some.TrainedDetector();
        byte[] dense = OnnxExport.ToBytes(model, weights);
        float[][] calibration = [.. Photos(12).Select(p => NetworkInput.Of(ImageDecoder.Decode(p), InputSpec.Stretched(300)))];
        using var before = OnnxDetector.Load(dense, "dense");
        using var after = OnnxDetector.Load(Int8Quantisation.Quantise(dense, calibration), "quantised");
        int same = 0, all = 0;
        foreach (string photo in Photos(28).Skip(12))
        {
            var image = ImageDecoder.Decode(photo);
            var found = after.Detect(image, new DetectionOptions { ScoreThreshold = 0.3f });
            foreach (var wanted in before.Detect(image, new DetectionOptions { ScoreThreshold = 0.5f }))
            {
                all++;
                same += found.Any(f => f.Class == wanted.Class && f.Box.Iou(wanted.Box) > 0.7f) ? 1 : 0;
            }
        }
        Assert.Equal("int8", after.Precision);
        Assert.True(all >= 10 && same >= 0.8 * all, $"{same} of {all}");
    }

    [Fact]
    public void Damaged_files_are_refused_with_the_reason()
    {
        byte[] file = Small();
        Assert.Contains("damaged", Refusal(file[..(file.Length / 2)]));
        Assert.Contains("no ONNX model", Refusal([1, 2, 3, 4, 5]));
        Assert.Contains("hold no graph", Refusal([]));
        var random = new Random(3);
        for (int i = 0; i < 40; i++)
        {
            byte[] damaged = [.. file];
            damaged[random.Next(2000)] ^= (byte)(1 << random.Next(8));
            try
            {
                OnnxDetector.Load(damaged, "damaged file").Dispose(); // a changed number may still be a model
            }
            catch (FormatException e)
            {
                Assert.StartsWith("damaged file", e.Message);
            }
        }
    }

    [Fact]
    public void Foreign_models_are_refused_with_the_reason()
    {
        Assert.Contains("operator set 11, expected 17 to 22", Refusal(Changed(m => m.OpsetImport[0].Version = 11)));
        Assert.Contains("which ONNX operator set", Refusal(Changed(m => m.OpsetImport.Clear())));
        Assert.Contains("not exported by PruneSearch", Refusal(Changed(m => m.MetadataProps.Clear())));
        Assert.Contains("format '7'", Refusal(Changed(m => Entry(m, OnnxMetadata.Format).Value = "7")));
        Assert.Contains("form 'half'", Refusal(Changed(m => Entry(m, OnnxMetadata.Form).Value = "half")));
        Assert.Contains("no detector specification", Refusal(Changed(m => Entry(m, OnnxMetadata.Detector).Value = "{")));
        Assert.Contains("Unknown architecture 'other'", Refusal(Detector(json => json.Replace("ssd-mobilenet-v2", "other", StringComparison.Ordinal))));
        Assert.Contains(
            "cannot be built", Refusal(Detector(json => json.Replace("\"widthMultiplier\":0.25", "\"widthMultiplier\":99", StringComparison.Ordinal))));
        Assert.Contains("'pixels'", Refusal(Changed(m => m.Graph.Input[0].Name = "pixels")));
        Assert.Contains("the model has outputs 'boxes'", Refusal(Changed(m => m.Graph.Output.RemoveAt(1))));
        Assert.Contains("expected 27648", Assert.Throws<ArgumentException>(() =>
        {
            using var detector = OnnxDetector.Load(Small(), "small");
            detector.Detect(new float[10]);
        }).Message);
    }

    private static StringStringEntryProto Entry(ModelProto model, string key) => model.MetadataProps.Single(m => m.Key == key);

    private static string Refusal(byte[] file)
    {
        string message = Assert.Throws<FormatException>(() => OnnxDetector.Load(file, "some.onnx")).Message;
        Assert.StartsWith("some.onnx", message);
        return message;
    }

    private static byte[] Detector(Func<string, string> change) =>
        Changed(m => Entry(m, OnnxMetadata.Detector).Value = change(Entry(m, OnnxMetadata.Detector).Value));

    private static byte[] Changed(Action<ModelProto> change)
    {
        var model = OnnxFile.Read(Small(), "small");
        change(model);
        return model.ToByteArray();
    }

    private static byte[] Small()
    {
        var model = Some.SmallDetector();
        return OnnxExport.ToBytes(model, Some.Weights(model.Network, 1));
    }

    private static byte[] EndToEnd(DetectorModel model, WeightSet weights, DetectionOptions options)
    {
        using var stream = new MemoryStream();
        OnnxExport.WriteEndToEnd(stream, model, weights, options);
        return stream.ToArray();
    }

    private static IEnumerable<string> Photos(int count) =>
        Directory.EnumerateFiles(SharedData.Voc, "*.jpg", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Take(count);

    internal static void RequireSame(IReadOnlyList<Data.PostProcessing.Detection> expected, IReadOnlyList<Data.PostProcessing.Detection> actual, string where)
    {
        Assert.True(expected.Count == actual.Count, $"{where}: {expected.Count} and {actual.Count} detections");
        // Scores that differ by rounding only may change places.
        var left = actual.ToList();
        foreach (var e in expected)
        {
            int match = left.FindIndex(a => a.Class == e.Class && Math.Abs(a.Score - e.Score) < 1e-5 && Close(a.Box, e.Box));
            Assert.True(match >= 0, $"{where}: {e} was not found");
            left.RemoveAt(match);
        }
        Assert.Equal(actual.Select(a => a.Score).OrderDescending(), actual.Select(a => a.Score));
    }

    private static bool Close(BoxCorners a, BoxCorners b) =>
        Math.Abs(a.YMin - b.YMin) < 1e-4 && Math.Abs(a.XMin - b.XMin) < 1e-4 && Math.Abs(a.YMax - b.YMax) < 1e-4 && Math.Abs(a.XMax - b.XMax) < 1e-4;
}
