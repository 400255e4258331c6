using PruneSearch.Core.Detectors;
using PruneSearch.Detection.Losses;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Detection.Losses;

public sealed class SsdLossTests
{
    [Fact]
    public void Every_object_gets_its_best_box_even_below_the_threshold()
    {
        DefaultBox[] defaults = [new(0.25f, 0.25f, 0.5f, 0.5f), new(0.75f, 0.75f, 0.5f, 0.5f), new(0.5f, 0.5f, 1f, 1f)];

        int[] matches = BoxMatcher.Match(defaults, [new(0f, 0f, 0.5f, 0.5f), new(0.6f, 0.6f, 0.7f, 0.7f)]);

        Assert.Equal([0, 1, BoxMatcher.Background], matches);
    }

    [Fact]
    public void No_objects_match_nothing() => Assert.All(BoxMatcher.Match([new(0.5f, 0.5f, 1, 1)], []), m => Assert.Equal(BoxMatcher.Background, m));

    [Fact]
    public void Loss_is_the_hand_computed_one_with_three_hard_negatives_a_positive()
    {
        // Six default boxes, the first positive; softmax over background and one class.
        using var scope = NewDisposeScope();
        float[] background = [0, 1, 0, -1, -2, 3];
        var classes = tensor([.. background.SelectMany(b => (float[])[b, 0f])], [1, 6, 2]);
        var boxes = zeros(1, 6, 4);
        var wanted = zeros(1, 6, 4);
        wanted[0, 0, 0] = 0.5f; // smooth L1: 0.125
        wanted[0, 0, 1] = 3f; // smooth L1: 2.5
        using var targets = new SsdTargets(wanted, tensor([1L, 0, 0, 0, 0, 0], [1, 6]));

        double loss = SsdLoss.Compute(boxes, classes, targets, ScoreFunction.Softmax).item<float>();

        double Negative(double b) => Math.Log(1 + Math.Exp(-b)); // -log softmax of the background
        double expected = Math.Log(2) + Negative(-2) + Negative(-1) + Negative(0) + 0.125 + 2.5;
        Assert.Equal(expected, loss, 1e-4);
    }

    [Theory]
    [InlineData(ScoreFunction.Sigmoid)]
    [InlineData(ScoreFunction.Softmax)]
    public void The_right_answer_costs_next_to_nothing(ScoreFunction scores)
    {
        using var scope = NewDisposeScope();
        var model = Some.SmallDetector(out _, scores: scores);
        using var targets = SsdTargets.For(model, [Some.Image((1, 0.1f, 0.2f, 0.6f, 0.7f)), Some.Image()], CPU);
        var classes = nn.functional.one_hot(targets.Labels, 3).to(ScalarType.Float32) * 40 - 20;

        double right = SsdLoss.Compute(targets.Boxes.clone(), classes, targets, scores).item<float>();
        double wrong = SsdLoss.Compute(targets.Boxes.clone(), -classes, targets, scores).item<float>();

        Assert.InRange(right, 0, 1e-3);
        Assert.True(wrong > 10);
        Assert.True(targets.Labels[0].max().item<long>() == 2 && targets.Labels[1].max().item<long>() == 0);
    }

    [Fact]
    public void A_detector_does_not_differ_from_itself()
    {
        using var scope = NewDisposeScope();
        var outputs = new Dictionary<string, Tensor> { ["boxes"] = ones(1, 5, 4), ["classes"] = linspace(-3, 3, 15).reshape(1, 5, 3) };
        var other = new Dictionary<string, Tensor> { ["boxes"] = zeros(1, 5, 4), ["classes"] = outputs["classes"].flip(1) };

        foreach (var scores in Enum.GetValues<ScoreFunction>())
        {
            Assert.Equal(0, DistillationLoss.Compute(outputs, outputs, scores).item<float>(), 1e-5f);
            float both = DistillationLoss.Compute(other, outputs, scores).item<float>(), classes = DistillationLoss.Compute(other, outputs, scores, boxWeight: 0).item<float>();
            Assert.True(both > 0.1f && both > classes && classes > -1e-5f);
            Assert.Equal(classes + 2 * (both - classes), DistillationLoss.Compute(other, outputs, scores, boxWeight: 2).item<float>(), 1e-4f);
        }
    }
}
