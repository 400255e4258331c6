using PruneSearch.Core.Weights;
using PruneSearch.Data.Datasets;
using PruneSearch.Data.Shapes;
using PruneSearch.Detection.Evaluation;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Detection.Evaluation;

/// <summary>The trained weights on real photos, against what an independent implementation reached with the same rules.</summary>
public sealed class DetectorEvaluatorTests
{
    [Fact]
    public void Trained_weights_reach_the_known_accuracy_without_fine_tuning()
    {
        var model = Some.TrainedDetector(out var weights);
        var validation = DatasetReader.ReadCoco(Path.Combine(SharedData.Voc, "val.json"), Path.Combine(SharedData.Voc, "images"));

        var result = DetectorEvaluator.Evaluate(model, weights, validation, CPU, cancellation: TestContext.Current.CancellationToken);

        Assert.InRange(result.Ap50, 0.7712 - 0.01, 0.7712 + 0.01);
        var expected = new Dictionary<string, double> { ["dog"] = 0.7785, ["person"] = 0.6305, ["car"] = 0.765, ["cat"] = 0.8109, ["bicycle"] = 0.8711 };
        foreach (var (name, ap) in result.ClassAp50())
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"{name} {ap:F4}");
            Assert.InRange(ap, expected[name] - 0.02, expected[name] + 0.02);
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"mAP50 {result.Ap50:F4} mAP {result.Ap:F4}");
    }

    [Fact]
    public void An_answer_that_is_no_number_names_the_layer_where_it_begins_and_the_picture()
    {
        var model = Some.SmallDetector(out var weights);
        // finite, but their products are beyond a float
        foreach (string name in (string[])["expanded_conv_5.project.weight", "expanded_conv_5.project.bn.weight"])
        {
            float largest = weights[name].Values.Max(Math.Abs);
            weights[name] = new WeightTensor(weights[name].Shape, [.. weights[name].Values.Select(v => v / largest * 3e38f)]);
        }
        string folder = Directory.CreateTempSubdirectory("shapes").FullName;
        try
        {
            ShapesDataset.Write(folder, new ShapesOptions { Train = 1, Validation = 2, ImageSize = 64 });
            var pictures = ShapesDataset.Read(folder, "val");
            pictures = pictures with { Classes = model.Spec.Classes, Samples = [.. pictures.Samples.Select(s => s with { Objects = [] })] };

            string message = Assert.Throws<NotFiniteNumberException>(() => DetectorEvaluator.Evaluate(model, weights, pictures, CPU)).Message;

            Assert.Equal($"layer 'expanded_conv_5.project.bn' gives values that are not finite on picture '{pictures.Samples[0].File}'", message);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_class_that_the_detector_does_not_know_is_named()
    {
        var model = Some.SmallDetector(out var weights);
        var dataset = new DetectionDataset { Name = "x", Root = "/", Classes = ["circle", "zebra"], Samples = [] };
        Assert.Contains(
            "'zebra'", Assert.Throws<ArgumentException>(() => DetectorEvaluator.Evaluate(model, weights, dataset, CPU)).Message, StringComparison.Ordinal);
    }
}
