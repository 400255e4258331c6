using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Rules;
using PruneSearch.Core.Stages;
using PruneSearch.Detection.Losses;
using PruneSearch.Detection;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Detection.Losses;

public sealed class DetectionLossTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Loss_is_the_hand_computed_one_with_three_hard_negatives_a_positive(bool background)
    {
        // Six rows, the first is where the object is and two more take no part in it. With a background: softmax over it and one class.
        using var scope = NewDisposeScope();
        var model = Some.SmallDetector(out _);
        float[] logits = [0, 1, 0, -1, -2, 3];
        model = model with
        {
            Spec = model.Spec with { Classes = ["thing"] },
            References = [new(0.5f, 0.5f, 1, 1), .. Enumerable.Repeat(new ReferenceBox(9, 9, 1, 1), 5)],
            Scores = new ScoreRule { Function = background ? ScoreFunction.Softmax : ScoreFunction.Sigmoid, Background = background },
        };
        var classes = background ? tensor([.. logits.SelectMany(b => (float[])[b, 0f])], [1, 6, 2]) : -tensor(logits, [1, 6, 1]);
        var boxes = zeros(1, 6, 4);
        boxes[0, 0, 0] = 0.5f; // smooth L1: 0.125
        boxes[0, 0, 1] = 3f; // smooth L1: 2.5

        double loss = new DetectionLoss(model).Compute(
            new Dictionary<string, Tensor> { ["boxes"] = boxes, ["classes"] = classes }, [Some.Image((0, 0f, 0f, 1f, 1f))]).item<float>();

        double Negative(double b) => Math.Log(1 + Math.Exp(-b)); // -log of the probability of the background
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
        PruneSearch.Data.Loading.BatchImage[] images = [Some.Image((1, 0.1f, 0.2f, 0.6f, 0.7f)), Some.Image()];
        var assigner = new IouAssigner(model.References, (AssignmentRule.Iou)model.Training.Assignment);
        using var targets = Targets.For(model, images, assigner.Assign(new Dictionary<string, Tensor>(), images), CPU);
        var classes = nn.functional.one_hot(targets.Classes.Plus(1).to(ScalarType.Int64), 3).to(ScalarType.Float32).Times(40).Plus(-20);
        var boxes = zeros(2, model.References.Count, 4);
        boxes.reshape(-1, 4).index_copy_(0, targets.Assigned, targets.Codes);
        double Loss(Tensor c) => new DetectionLoss(model).Compute(new Dictionary<string, Tensor> { ["boxes"] = boxes, ["classes"] = c }, images).item<float>();

        Assert.InRange(Loss(classes), 0, 1e-3);
        Assert.True(Loss(-classes) > 10);
        Assert.True(targets.Classes[0].max().item<long>() == 1 && targets.Classes[1].max().item<long>() == Assignment.Background);
    }

    [Fact]
    public void Pictures_weigh_alike_where_the_rule_says_so()
    {
        using var scope = NewDisposeScope();
        var model = Some.SmallDetector(out _);
        model = model with { Training = model.Training with { PerPicture = true } };
        PruneSearch.Data.Loading.BatchImage[] images = [Some.Image((1, 0.1f, 0.2f, 0.6f, 0.7f)), Some.Image((0, 0f, 0f, 1f, 1f), (0, 0.1f, 0.1f, 0.3f, 0.3f))];
        var boxes = randn(2, model.References.Count, 4);
        var classes = randn(2, model.References.Count, model.ClassOutputs);
        double Loss(params int[] pictures) => new DetectionLoss(model).Compute(
            new Dictionary<string, Tensor>
            {
                ["boxes"] = boxes[TensorIndex.Slice(pictures[0], pictures[^1] + 1)],
                ["classes"] = classes[TensorIndex.Slice(pictures[0], pictures[^1] + 1)],
            },
            [.. pictures.Select(p => images[p])]).item<float>();

        Assert.Equal((Loss(0) + Loss(1)) / 2, Loss(0, 1), 1e-3);
    }

    [Fact]
    public void A_term_follows_the_settings_and_the_step_of_the_training()
    {
        using var scope = NewDisposeScope();
        var model = Some.SmallDetector(out _);
        model = model with { Training = model.Training with { Boxes = new BoxLossRule.Iou { L1Share = 0.2 } } };
        var outputs = new Dictionary<string, Tensor>
        {
            ["boxes"] = zeros(1, model.References.Count, 4),
            ["classes"] = zeros(1, model.References.Count, model.ClassOutputs),
        };
        var loss = new DetectionLoss(model, new FineTuneSettings { Steps = 10 });
        bool IsLate(int step) => loss.Terms(outputs, [Some.Image((1, 0.1f, 0.2f, 0.6f, 0.7f))], step).ContainsKey(IouBoxLoss.Distance);

        Assert.Equal((false, true), (IsLate(7), IsLate(8)));
    }
}
