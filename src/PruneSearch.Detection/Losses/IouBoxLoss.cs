using PruneSearch.Core.Detectors.Rules;
using TorchSharp;

namespace PruneSearch.Detection.Losses;

/// <summary>1 − IoU² of the boxes of assigned rows with their objects; in the last share of the steps the distance of coded values too.</summary>
internal sealed class IouBoxLoss : ILossTerm
{
    public const string Name = "boxes", Distance = "boxes.l1";

    private readonly BoxLossRule.Iou _rule;
    private readonly BoxCode _code;
    private readonly CodedBoxLoss _distance = new(smooth: false);

    // Held for the life of the loss: native code must never see a number that was finalised.
    private readonly Scalar _weight, _centerScale, _sizeScale, _maxLogSize, _half = 0.5, _zero = 0, _small = 1e-16;

    public IouBoxLoss(BoxLossRule.Iou rule, BoxCode code)
    {
        (_rule, _code) = (rule, code);
        (_weight, _centerScale, _sizeScale, _maxLogSize) = (rule.Weight, 1 / code.CenterScale, 1 / code.SizeScale, code.MaxLogSize);
    }

    public IEnumerable<(string Name, Tensor Value)> Compute(IReadOnlyDictionary<string, Tensor> outputs, Targets targets, TrainingPoint training)
    {
        using var scope = NewDisposeScope();
        var iou = Iou(Corners(targets.Of(outputs[DetectorModel.BoxesOutput]), targets.References), targets.Corners);
        var loss = iou.Squared().OneMinus().mul(targets.AssignedWeights).sum().mul(_weight);
        bool late = training.Progress >= 1 - _rule.L1Share;
        return [(Name, loss.MoveToOuterDisposeScope()), .. late
            ? _distance.Compute(outputs, targets, training).Select(t => (Distance, t.Value.MoveToOuterDisposeScope())) : []];
    }

    // Coded boxes [P, 4] as top, left, bottom, right, with gradient.
    private Tensor[] Corners(Tensor coded, Tensor references)
    {
        var values = coded.unbind(1);
        var (y, x, h, w) = _code.Order == BoxOrder.Yxhw ? (values[0], values[1], values[2], values[3]) : (values[1], values[0], values[3], values[2]);
        var reference = references.unbind(1);
        (Tensor Low, Tensor High) Edges(Tensor center, Tensor size, Tensor at, Tensor length)
        {
            var middle = center.mul(_centerScale).mul(length).Plus(at);
            var half = size.mul(_sizeScale).clamp_max(_maxLogSize).exp().mul(length).mul(_half);
            return (middle.sub(half), middle.Plus(half));
        }
        var (top, bottom) = Edges(y, h, reference[0], reference[2]);
        var (left, right) = Edges(x, w, reference[1], reference[3]);
        return [top, left, bottom, right];
    }

    private Tensor Iou(Tensor[] found, Tensor wanted)
    {
        var right = wanted.unbind(1);
        Tensor Both(int low, int high) => minimum(found[high], right[high]).sub(maximum(found[low], right[low])).clamp_min(_zero);
        static Tensor Area(Tensor[] box) => box[2].sub(box[0]).mul(box[3].sub(box[1]));
        var common = Both(0, 2).mul(Both(1, 3));
        return common.div(Area(found).Plus(Area(right)).sub(common).Plus(_small));
    }
}
