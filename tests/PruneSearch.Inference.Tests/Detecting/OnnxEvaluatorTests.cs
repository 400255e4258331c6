using PruneSearch.Core.Detectors.Rules;
using PruneSearch.Data.Datasets;
using PruneSearch.Data.Images;
using PruneSearch.Detection.Evaluation;
using PruneSearch.Inference.Detecting;
using PruneSearch.Inference.Onnx;
using PruneSearch.Tests;
using TorchSharp;

namespace PruneSearch.Inference.Tests.Detecting;

public sealed class OnnxEvaluatorTests
{
    [Fact]
    public void An_exported_detector_scores_as_the_trained_one_does()
    {
        var (model, weights) = Some.TrainedDetector();
        var dataset = DatasetReader.ReadCoco(Path.Combine(SharedData.Voc, "val.json"), Path.Combine(SharedData.Voc, "images")).Take(16);
        using var detector = OnnxDetector.Load(OnnxExport.ToBytes(model, weights), "exported", threads: 2);

        var exported = OnnxEvaluator.Evaluate(detector, dataset, cancellation: TestContext.Current.CancellationToken);
        var trained = DetectorEvaluator.Evaluate(model, weights, dataset, torch.CPU, cancellation: TestContext.Current.CancellationToken);

        Assert.True(trained.Ap50 > 0.5, $"{trained.Ap50}");
        Assert.Equal(trained.Ap50, exported.Ap50, 1e-3); // equal scores may change places
        Assert.Equal(trained.Ap, exported.Ap, 1e-3);
    }

    [Fact]
    public void Calibration_pictures_are_chosen_by_the_seed()
    {
        var dataset = DatasetReader.ReadCoco(Path.Combine(SharedData.Voc, "val.json"), Path.Combine(SharedData.Voc, "images")).Take(6);

        var chosen = NetworkInput.Choose(dataset, 4, InputSpec.Stretched(300), seed: 5);

        Assert.Equal(4, chosen.Count);
        Assert.Equal(chosen, NetworkInput.Choose(dataset, 4, InputSpec.Stretched(300), seed: 5));
        Assert.NotEqual(chosen, NetworkInput.Choose(dataset, 4, InputSpec.Stretched(300), seed: 6));
        Assert.Equal(6, NetworkInput.Choose(dataset, 100, InputSpec.Stretched(300), seed: 5).Count);
        var pictures = dataset.Samples.Select(s => NetworkInput.Of(ImageDecoder.Decode(dataset.PathOf(s)), InputSpec.Stretched(300))).ToList();
        Assert.All(chosen, c => Assert.Contains(pictures, p => p.SequenceEqual(c)));
    }
}
