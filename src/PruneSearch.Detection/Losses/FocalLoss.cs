using PruneSearch.Core.Detectors.Rules;
using TorchSharp;

namespace PruneSearch.Detection.Losses;

/// <summary>Focal loss (Lin et al. 2017, equation 5): cross-entropy of every class of every row that counts, weighted with how wrong it is.</summary>
internal sealed class FocalLoss : ILossTerm
{
    public const string Name = "classes";

    // Held for the life of the loss: native code must never see a number that was finalised.
    private readonly Scalar _alpha, _alphaOfOthers, _gamma, _ignored = Assignment.Ignored;
    private readonly int _firstClass;

    /// <summary>The loss of scores that are computed by a rule.</summary>
    /// <exception cref="ArgumentException">They are no sigmoids.</exception>
    public FocalLoss(ScoreRule scores, ClassLossRule.Focal rule)
    {
        if (scores.Function != ScoreFunction.Sigmoid)
        {
            throw new ArgumentException("Focal loss needs sigmoid scores.");
        }
        (_alpha, _alphaOfOthers, _gamma, _firstClass) = (rule.Alpha, 1 - rule.Alpha, rule.Gamma, scores.FirstClass);
    }

    public IEnumerable<(string Name, Tensor Value)> Compute(IReadOnlyDictionary<string, Tensor> outputs, Targets targets, TrainingPoint training)
    {
        using var scope = NewDisposeScope();
        var logits = outputs[DetectorModel.ClassesOutput]; // [N, rows, outputs]
        // Nearly all outputs shall say no: that is computed for all of them, and what the few others say instead is put in its place.
        var counts = targets.Classes.ne(_ignored).to(ScalarType.Float32) * targets.Weights; // [N, rows]
        var loss = (No(logits).sum(2) * counts).sum().mul(_alphaOfOthers);
        using Scalar first = _firstClass, width = logits.shape[2];
        var assigned = logits.reshape(-1).index_select(0, targets.Assigned.mul(width).Plus(targets.AssignedClasses).Plus(first)); // [P]
        var instead = No(assigned.neg()).mul(_alpha) - No(assigned).mul(_alphaOfOthers);
        loss = loss.Plus((instead * targets.AssignedWeights).sum());
        return [(Name, loss.MoveToOuterDisposeScope())];
    }

    // What saying no costs, and yes with the opposite sign.
    private Tensor No(Tensor logits) => logits.sigmoid().pow(_gamma) * nn.functional.logsigmoid(logits.neg()).neg();
}
