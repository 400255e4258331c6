namespace PruneSearch.Detection.Losses;

/// <summary>Distance between coded boxes of assigned rows: L1, or smooth L1 (Girshick 2015, equation 3).</summary>
internal sealed class CodedBoxLoss(bool smooth) : ILossTerm
{
    public const string Name = "boxes";

    public IEnumerable<(string Name, Tensor Value)> Compute(IReadOnlyDictionary<string, Tensor> outputs, Targets targets, TrainingPoint training)
    {
        using var scope = NewDisposeScope();
        var found = targets.Of(outputs[DetectorModel.BoxesOutput]);
        var distance = smooth
            ? nn.functional.smooth_l1_loss(found, targets.Codes, reduction: nn.Reduction.None)
            : nn.functional.l1_loss(found, targets.Codes, reduction: nn.Reduction.None);
        return [(Name, (distance.sum(1) * targets.AssignedWeights).sum().MoveToOuterDisposeScope())];
    }
}
