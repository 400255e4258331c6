using PruneSearch.Core.Detectors.Rules;
using PruneSearch.Detection.Losses;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Detection.Losses;

public sealed class DistillationLossTests
{
    [Theory]
    [InlineData(ScoreFunction.Sigmoid, true)]
    [InlineData(ScoreFunction.Softmax, true)]
    [InlineData(ScoreFunction.Sigmoid, false)]
    public void A_detector_does_not_differ_from_itself(ScoreFunction function, bool background)
    {
        using var scope = NewDisposeScope();
        var outputs = new Dictionary<string, Tensor> { ["boxes"] = ones(1, 5, 4), ["classes"] = linspace(-3, 3, 15).reshape(1, 5, 3) };
        var other = new Dictionary<string, Tensor> { ["boxes"] = zeros(1, 5, 4), ["classes"] = outputs["classes"].flip(1) };
        var scores = new ScoreRule { Function = function, Background = background };

        Assert.Equal(0, DistillationLoss.Compute(outputs, outputs, scores).item<float>(), 1e-5f);
        float both = DistillationLoss.Compute(other, outputs, scores).item<float>(), classes = DistillationLoss.Compute(other, outputs, scores, boxWeight: 0).item<float>();
        Assert.True(both > 0.1f && both > classes && classes > -1e-5f);
        Assert.Equal(classes + 2 * (both - classes), DistillationLoss.Compute(other, outputs, scores, boxWeight: 2).item<float>(), 1e-4f);
    }
}
