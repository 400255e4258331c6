using PruneSearch.Core.Detectors.Rules;
using PruneSearch.Core.Stages;
using TorchSharp;

namespace PruneSearch.Detection.Losses;

/// <summary>
/// How far a pruned detector is from the dense one on the same pictures (after Hinton et al. 2015, and Chen et al. 2017 for
/// detectors): cross-entropy against the teacher's class probabilities (and its objectness), and smooth L1 to its boxes, both weighted by how sure
/// the teacher is that something is there.
/// </summary>
public static class DistillationLoss
{
    private static readonly Scalar BackgroundWeight = 0.02, One = 1;

    /// <summary>Computes the loss of a batch.</summary>
    /// <param name="student">Outputs by name, with gradient.</param>
    /// <param name="teacher">Outputs by name of the dense detector, without gradient.</param>
    /// <param name="scores">How outputs become scores.</param>
    /// <param name="settings">How the pruned detector is trained: the weight of the box term; the class term has 1.</param>
    /// <returns>A scalar; the caller owns it.</returns>
    public static Tensor Compute(IReadOnlyDictionary<string, Tensor> student, IReadOnlyDictionary<string, Tensor> teacher, ScoreRule scores,
        FineTuneSettings settings)
    {
        using var scope = NewDisposeScope();
        Tensor logits = student[DetectorModel.ClassesOutput], wanted = teacher[DetectorModel.ClassesOutput];
        var probabilities = scores.Function == ScoreFunction.Sigmoid ? wanted.sigmoid() : wanted.softmax(2);
        var difference = scores.Function == ScoreFunction.Sigmoid ? Difference(logits, wanted, probabilities)
            : (probabilities * (wanted.log_softmax(2) - logits.log_softmax(2))).sum(2);
        var sure = probabilities.narrow(2, scores.FirstClass, probabilities.shape[2] - scores.FirstClass).amax([2]); // [N, rows]
        if (scores.Objectness)
        {
            var objectness = teacher[DetectorModel.ObjectnessOutput].sigmoid();
            var there = objectness.squeeze(2); // classes mean something where there is an object
            difference = (difference * there).Plus(Difference(student[DetectorModel.ObjectnessOutput], teacher[DetectorModel.ObjectnessOutput], objectness));
            sure = sure * there;
        }
        var weight = sure.Plus(BackgroundWeight);
        using Scalar share = settings.DistillationBoxes;
        var boxes = nn.functional.smooth_l1_loss(student[DetectorModel.BoxesOutput], teacher[DetectorModel.BoxesOutput], reduction: nn.Reduction.None).sum(2);
        boxes = ((boxes * sure).sum() / sure.sum().Plus(One)).mul(share);
        return ((difference * weight).sum() / weight.sum()).Plus(boxes).MoveToOuterDisposeScope();
    }

    // Cross-entropy of independent two-way decisions, less what it is for the teacher itself: [N, rows].
    private static Tensor Difference(Tensor logits, Tensor wanted, Tensor probabilities)
    {
        var floor = nn.functional.binary_cross_entropy_with_logits(wanted, probabilities, reduction: nn.Reduction.None);
        return (nn.functional.binary_cross_entropy_with_logits(logits, probabilities, reduction: nn.Reduction.None) - floor).sum(2);
    }
}
