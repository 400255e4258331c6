using PruneSearch.Core.Detectors;
using PruneSearch.Core.Stages;
using PruneSearch.Detection.Evaluation;
using PruneSearch.Pruning;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Pruning.Compensation;

/// <summary>The trained weights on real photos; dense they reach mAP50 .771.</summary>
public sealed class TrainedDetectorTests
{
    [Fact]
    public void A_fifth_of_the_hidden_channels_goes_without_fine_tuning()
    {
        var model = Some.TrainedDetector(out var weights);
        var photos = Some.CalibrationPhotos(96, model.Spec.InputSize);
        var settings = new PruneSettings { Ratio = 0.2, Criterion = Criterion.Obs, Compensate = true, Rounds = 1 };

        var result = PruningEngine.Prune(model, weights, settings, new(photos, 1), cancellation: TestContext.Current.CancellationToken);
        photos.ForEach(p => p.Dispose());

        Assert.InRange(result.Channels.Removed, 0.19, 0.2);
        double map = DetectorEvaluator.Evaluate(
            DetectorCatalog.Build(result.Spec), result.Weights, Some.Validation(), CPU, cancellation: TestContext.Current.CancellationToken).Ap50;
        Assert.InRange(map, 0.75, 0.79);
    }
}
