using PruneSearch.Core.Detectors.Rules;
using TorchSharp;

namespace PruneSearch.Detection.Losses;

/// <summary>
/// Cross-entropy of the assigned rows and of the background rows with the largest loss, so many for each assigned row (Liu et
/// al. 2016, section 2.2, "hard negative mining").
/// </summary>
internal sealed class HardNegativeLoss : ILossTerm
{
    public const string Name = "classes";

    // Held for the life of the process: native code must never see a number that was finalised.
    private static readonly Scalar Zero = 0, NoLoss = -1.0, Background = Assignment.Background;

    private readonly ScoreRule _scores;
    private readonly Scalar _ratio, _firstClass;

    /// <summary>The loss of scores that are computed by a rule.</summary>
    /// <exception cref="ArgumentException">Softmax without background.</exception>
    public HardNegativeLoss(ScoreRule scores, int ratio)
    {
        if (scores is { Function: ScoreFunction.Softmax, Background: false })
        {
            throw new ArgumentException("Softmax scores need a background output.");
        }
        (_scores, _ratio, _firstClass) = (scores, ratio, scores.FirstClass);
    }

    public IEnumerable<(string Name, Tensor Value)> Compute(IReadOnlyDictionary<string, Tensor> outputs, Targets targets, TrainingPoint training)
    {
        using var scope = NewDisposeScope();
        var logits = outputs[DetectorModel.ClassesOutput];
        var positive = targets.Classes.ge(Zero); // [N, rows]
        var loss = _scores.Function == ScoreFunction.Sigmoid ? Sigmoid(logits, targets.Classes, positive) : Softmax(logits, targets.Classes);
        var chosen = positive.logical_or(HardNegatives(loss.detach(), targets.Classes.eq(Background), positive.sum(dim: 1, keepdim: true)));
        return [(Name, (loss * chosen.to(ScalarType.Float32) * targets.Weights).sum().MoveToOuterDisposeScope())];
    }

    // Which background rows count: those with the largest loss of their picture.
    private Tensor HardNegatives(Tensor loss, Tensor background, Tensor positives)
    {
        var order = loss.masked_fill(background.logical_not(), NoLoss).argsort(1, descending: true);
        var ranks = TensorArithmetic.UpTo(order.shape[1], order.device).expand(order.shape);
        var rank = empty_like(order).scatter_(1, order, ranks);
        return rank.lt(positives.mul(_ratio).clamp_min(_ratio)).logical_and(background);
    }

    // One independent two-way decision an output, the background's included.
    private Tensor Sigmoid(Tensor logits, Tensor classes, Tensor positive)
    {
        var wanted = nn.functional.one_hot(Output(classes), logits.shape[2]).to(logits.dtype);
        wanted = _scores.Background ? wanted : wanted * positive.unsqueeze(2).to(logits.dtype);
        return nn.functional.binary_cross_entropy_with_logits(logits, wanted, reduction: nn.Reduction.None).sum(2);
    }

    private Tensor Softmax(Tensor logits, Tensor classes) => nn.functional.log_softmax(logits, 2).gather(2, Output(classes).unsqueeze(2)).squeeze(2).neg();

    // The output of a class; 0 where there is none, which is the background's where it has one.
    private Tensor Output(Tensor classes) => classes.Plus(_firstClass).clamp_min(Zero);
}
