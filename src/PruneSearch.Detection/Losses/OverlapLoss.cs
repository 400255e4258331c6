using TorchSharp;

namespace PruneSearch.Detection.Losses;

/// <summary>
/// Binary cross-entropy (Ge et al. 2021): the objectness of all rows shall say whether they are assigned, the class outputs of
/// assigned rows how far the row's box overlaps its object.
/// </summary>
internal sealed class OverlapLoss : ILossTerm
{
    public const string Objectness = "objectness", Classes = "classes";

    private static readonly Scalar Zero = 0;

    public IEnumerable<(string Name, Tensor Value)> Compute(IReadOnlyDictionary<string, Tensor> outputs, Targets targets, TrainingPoint training)
    {
        using var scope = NewDisposeScope();
        var found = outputs[DetectorModel.ObjectnessOutput].squeeze(2); // [N, rows]
        var assigned = targets.Classes.ge(Zero).to(found.dtype);
        var objectness = nn.functional.binary_cross_entropy_with_logits(found, assigned, reduction: nn.Reduction.None) * targets.Weights;

        var scores = targets.Of(outputs[DetectorModel.ClassesOutput]); // [P, classes]
        var wanted = nn.functional.one_hot(targets.AssignedClasses, scores.shape[1]).to(scores.dtype) * targets.Overlaps.unsqueeze(1);
        var classes = nn.functional.binary_cross_entropy_with_logits(scores, wanted, reduction: nn.Reduction.None).sum(1) * targets.AssignedWeights;
        return [(Objectness, objectness.sum().MoveToOuterDisposeScope()), (Classes, classes.sum().MoveToOuterDisposeScope())];
    }
}
