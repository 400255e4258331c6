using PruneSearch.Core.Detectors.Rules;
using PruneSearch.Core.Stages;
using PruneSearch.Detection.Losses;
using PruneSearch.Detection;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Detection.Losses;

public sealed class DistillationLossTests
{
    private static readonly FineTuneSettings Plain = new() { Steps = 1 };

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

        Assert.Equal(0, DistillationLoss.Compute(outputs, outputs, scores, Plain).item<float>(), 1e-5f);
        float both = DistillationLoss.Compute(other, outputs, scores, Plain).item<float>(),
            classes = DistillationLoss.Compute(other, outputs, scores, new() { Steps = 1, DistillationBoxes = 0 }).item<float>();
        Assert.True(both > 0.1f && both > classes && classes > -1e-5f);
        Assert.Equal(classes + 2 * (both - classes),
            DistillationLoss.Compute(other, outputs, scores, new() { Steps = 1, DistillationBoxes = 2 }).item<float>(), 1e-4f);
    }

    [Fact]
    public void Where_the_teacher_sees_nothing_only_its_objectness_teaches()
    {
        using var scope = NewDisposeScope();
        var scores = new ScoreRule { Function = ScoreFunction.Sigmoid, Background = false, Objectness = true };
        Dictionary<string, Tensor> Outputs(float box, float @class, float objectness) =>
            new() { ["boxes"] = ones([1, 5, 4]).Times(box), ["classes"] = ones([1, 5, 3]).Times(@class), ["objectness"] = ones([1, 5, 1]).Times(objectness) };
        float Loss(float box, float @class, float objectness) =>
            DistillationLoss.Compute(Outputs(box, @class, objectness), Outputs(0, 1, -30), scores, Plain).item<float>();

        Assert.Equal(0, Loss(5, -5, -30), 1e-5f);
        Assert.Equal(MathF.Log(1 + MathF.Exp(2)), Loss(0, 1, 2), 1e-4f); // −log of the probability of nothing
        var sure = Outputs(0, 1, 30);
        Assert.InRange(DistillationLoss.Compute(Outputs(0, -1, 30), sure, scores, Plain).item<float>(), 0.5f, 10);
        Assert.InRange(DistillationLoss.Compute(Outputs(1, 1, 30), sure, scores, Plain).item<float>(), 0.5f, 10);
    }
}
