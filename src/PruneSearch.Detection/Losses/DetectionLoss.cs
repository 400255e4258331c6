using PruneSearch.Core.Detectors.Rules;
using PruneSearch.Core.Stages;
using PruneSearch.Data.Loading;
using TorchSharp;

namespace PruneSearch.Detection.Losses;

/// <summary>The training loss of a detector, put together as its <see cref="TrainingRule"/> says.</summary>
public sealed class DetectionLoss
{
    private readonly DetectorModel _model;
    private readonly Func<IReadOnlyDictionary<string, Tensor>, IReadOnlyList<BatchImage>, Assignment> _assign;
    private readonly ILossTerm[] _terms;
    private readonly FineTuneSettings _settings;

    /// <summary>The loss of a detector.</summary>
    /// <param name="settings">How it is trained; <see langword="null"/> for the loss as every setting's default has it.</param>
    /// <exception cref="ArgumentException">Its rules contradict each other.</exception>
    public DetectionLoss(DetectorModel model, FineTuneSettings? settings = null)
    {
        (_model, _settings) = (model, settings ?? new FineTuneSettings { Steps = 1 });
        _assign = model.Training.Assignment switch
        {
            AssignmentRule.Iou iou => new IouAssigner(model.References, iou).Assign,
            AssignmentRule.SimOta optimal => new SimOtaAssigner(model, optimal).Assign,
            var other => throw Unknown(other),
        };
        ILossTerm classes = model.Training.Classes switch
        {
            ClassLossRule.HardNegatives hard => new HardNegativeLoss(model.Scores, hard.Ratio),
            ClassLossRule.Focal focal => new FocalLoss(model.Scores, focal),
            ClassLossRule.Overlap => new OverlapLoss(),
            var other => throw Unknown(other),
        };
        ILossTerm boxes = model.Training.Boxes switch
        {
            BoxLossRule.SmoothL1 => new CodedBoxLoss(smooth: true),
            BoxLossRule.L1 => new CodedBoxLoss(smooth: false),
            BoxLossRule.Iou iou => new IouBoxLoss(iou, model.BoxCode),
            var other => throw Unknown(other),
        };
        _terms = [classes, boxes];
    }

    /// <summary>Computes the loss of a batch.</summary>
    /// <param name="outputs">What the detector answers, by output.</param>
    /// <param name="images">The pictures' objects.</param>
    /// <param name="step">Steps of the training that are done.</param>
    /// <returns>A scalar; the caller owns it.</returns>
    public Tensor Compute(IReadOnlyDictionary<string, Tensor> outputs, IReadOnlyList<BatchImage> images, int step = 0)
    {
        using var scope = NewDisposeScope();
        return Terms(outputs, images, step).Values.Aggregate((sum, term) => sum.Plus(term)).MoveToOuterDisposeScope();
    }

    /// <summary>The parts of the loss by name; the caller owns them.</summary>
    internal IReadOnlyDictionary<string, Tensor> Terms(IReadOnlyDictionary<string, Tensor> outputs, IReadOnlyList<BatchImage> images, int step = 0)
    {
        using var scope = NewDisposeScope();
        using var targets = Targets.For(_model, images, _assign(outputs, images), outputs[DetectorModel.BoxesOutput].device);
        return _terms.SelectMany(t => t.Compute(outputs, targets, new TrainingPoint(_settings, step)))
            .ToDictionary(t => t.Name, t => t.Value.MoveToOuterDisposeScope(), StringComparer.Ordinal);
    }

    private static ArgumentException Unknown(object rule) => new($"There is nothing that computes the rule {rule}.");
}
