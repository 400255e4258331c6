using PruneSearch.Core.Weights;
using PruneSearch.Detection.Networks;
using PruneSearch.Detection.Training;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Detection.Training;

public sealed class BatchNormRecalibrationTests
{
    [Fact]
    public void Statistics_that_were_lost_come_back_from_pictures()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var model = Some.SmallDetector(out var weights);
        var images = Some.Batch(1, count: 8).Images;
        var lost = new WeightSet();
        foreach (var (name, value) in weights)
        {
            lost.Add(name, name.Contains("running", StringComparison.Ordinal) ? new(value.Shape, [.. value.Values.Select(_ => 3f)]) : value);
        }

        var found = BatchNormRecalibration.Run(model, lost, [images], CPU);

        // With the statistics of exactly these pictures, evaluation computes what training mode computes on them.
        using var reference = new TorchNetwork(model.Network, lost);
        var expected = reference.Forward(images, training: true)["classes"];
        Assert.True(Distance(found) < 0.02 && Distance(lost) > 0.1, $"{Distance(found)} after {Distance(lost)}");
        Assert.Same(weights["Conv.weight"], found["Conv.weight"]);

        double Distance(WeightSet set)
        {
            using var network = new TorchNetwork(model.Network, set);
            return (network.Forward(images)["classes"] - expected).abs().max().item<float>();
        }
    }

    [Fact]
    public void It_needs_a_picture_and_leaves_folded_detectors_alone()
    {
        var model = Some.SmallDetector(out var weights);
        Assert.Throws<ArgumentException>(() => BatchNormRecalibration.Run(model, weights, [], CPU));
        var folded = Some.SmallDetector(out weights, batchNorm: false);
        Assert.Same(weights, BatchNormRecalibration.Run(folded, weights, [], CPU));
    }
}
