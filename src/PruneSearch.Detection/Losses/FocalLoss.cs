using PruneSearch.Core.Detectors.Rules;
using TorchSharp;

namespace PruneSearch.Detection.Losses;

/// <summary>Focal loss (Lin et al. 2017, equation 5): cross-entropy of every class of every row that counts, weighted with how wrong it is.</summary>
internal sealed class FocalLoss : ILossTerm
{
    public const string Name = "classes";

    // Held for the life of the loss: native code must never see a number that was finalised.
    private readonly Scalar _alphaDifference, _alphaOfOthers, _gamma, _firstClass, _ignored = Assignment.Ignored, _one = 1;

    /// <summary>The loss of scores that are computed by a rule.</summary>
    /// <exception cref="ArgumentException">They are no sigmoids.</exception>
    public FocalLoss(ScoreRule scores, ClassLossRule.Focal rule)
    {
        if (scores.Function != ScoreFunction.Sigmoid)
        {
            throw new ArgumentException("Focal loss needs sigmoid scores.");
        }
        (_alphaDifference, _alphaOfOthers, _gamma, _firstClass) = (2 * rule.Alpha - 1, 1 - rule.Alpha, rule.Gamma, scores.FirstClass);
    }

    public IEnumerable<(string Name, Tensor Value)> Compute(IReadOnlyDictionary<string, Tensor> outputs, Targets targets, double progress)
    {
        using var scope = NewDisposeScope();
        var logits = outputs[DetectorModel.ClassesOutput]; // [N, rows, outputs]
        var wanted = zeros_like(logits);
        wanted.view(-1, logits.shape[2]).index_put_(ones([], device: logits.device), targets.Assigned, targets.AssignedClasses.add(_firstClass));
        var entropy = nn.functional.binary_cross_entropy_with_logits(logits, wanted, reduction: nn.Reduction.None);
        var wrong = (logits.sigmoid() - wanted).abs(); // one minus the probability of the right answer
        var alpha = wanted.mul(_alphaDifference).add(_alphaOfOthers, _one);
        var counts = targets.Classes.ne(_ignored).to(ScalarType.Float32) * targets.Weights; // [N, rows]
        var loss = (entropy * wrong.pow(_gamma) * alpha).sum(2) * counts;
        return [(Name, loss.sum().MoveToOuterDisposeScope())];
    }
}
