using PruneSearch.Core.Detectors;
using TorchSharp;
using static TorchSharp.torch;

namespace PruneSearch.Detection.Losses;

/// <summary>
/// The SSD loss (Liu et al. 2016, equation 1): smooth L1 on the coded boxes of matched default boxes, and a classification
/// loss on them and on the hardest negatives, at most three a positive; divided by the number of positives.
/// </summary>
public static class SsdLoss
{
    // Held for the life of the process: native code must never see a number that was finalised.
    private static readonly Scalar NegativesPerPositive = 3, NegativesWithoutPositives = 3, None = 0, One = 1, NoLoss = -1.0;

    /// <summary>Computes the loss of a batch.</summary>
    /// <param name="boxes">Predicted coded boxes <c>[N, boxes, 4]</c>.</param>
    /// <param name="classes">Predicted class outputs <c>[N, boxes, classes + 1]</c>.</param>
    /// <param name="targets">What they should be.</param>
    /// <param name="scores">How class outputs become scores.</param>
    /// <returns>A scalar; the caller owns it.</returns>
    public static Tensor Compute(Tensor boxes, Tensor classes, SsdTargets targets, ScoreFunction scores)
    {
        using var scope = NewDisposeScope();
        var positive = targets.Labels.gt(None); // [N, boxes]
        var positives = positive.sum(dim: 1, keepdim: true); // [N, 1]
        var perBox = scores == ScoreFunction.Sigmoid ? SigmoidLoss(classes, targets.Labels) : SoftmaxLoss(classes, targets.Labels);
        var chosen = positive.logical_or(HardNegatives(perBox.detach(), positive, positives));
        var classification = (perBox * chosen.to(ScalarType.Float32)).sum();
        var localisation = (nn.functional.smooth_l1_loss(boxes, targets.Boxes, reduction: nn.Reduction.None).sum(2) * positive.to(ScalarType.Float32)).sum();
        var count = positives.sum().to(ScalarType.Float32).clamp_min(One);
        return classification.add(localisation, One).div(count).MoveToOuterDisposeScope();
    }

    /// <summary>Which background boxes count: those with the largest loss, three for each positive of the same picture.</summary>
    /// <param name="perBox">Classification loss <c>[N, boxes]</c>, without gradient.</param>
    /// <param name="positive">Matched boxes <c>[N, boxes]</c>.</param>
    /// <param name="positives">Their number <c>[N, 1]</c>.</param>
    private static Tensor HardNegatives(Tensor perBox, Tensor positive, Tensor positives)
    {
        var loss = perBox.masked_fill(positive, NoLoss);
        var order = loss.argsort(1, descending: true);
        var ranks = arange(order.shape[1], device: order.device).expand(order.shape);
        var rank = empty_like(order).scatter_(1, order, ranks);
        var wanted = positives.mul(NegativesPerPositive).clamp_min(NegativesWithoutPositives);
        return rank.lt(wanted).logical_and(positive.logical_not());
    }

    // One independent two-way decision an output, the background's included.
    private static Tensor SigmoidLoss(Tensor classes, Tensor labels)
    {
        var wanted = nn.functional.one_hot(labels, classes.shape[2]).to(classes.dtype);
        return nn.functional.binary_cross_entropy_with_logits(classes, wanted, reduction: nn.Reduction.None).sum(2);
    }

    private static Tensor SoftmaxLoss(Tensor classes, Tensor labels) =>
        nn.functional.log_softmax(classes, 2).gather(2, labels.unsqueeze(2)).squeeze(2).neg();
}
