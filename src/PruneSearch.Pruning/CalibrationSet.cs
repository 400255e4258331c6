using PruneSearch.Core.Detectors;
using PruneSearch.Detection.Losses;
using PruneSearch.Detection.Training;
using PruneSearch.Pruning.Compensation;
using static TorchSharp.torch;

namespace PruneSearch.Pruning;

/// <summary>What criteria and compensation look at.</summary>
/// <param name="Pictures">Batches of training pictures <c>[N, 3, size, size]</c> in [−1, 1]; none where nothing looks at them. The caller owns them.</param>
/// <param name="Seed">Seed of random scores.</param>
public sealed record CalibrationSet(IReadOnlyList<Tensor> Pictures, int Seed = 0)
{
    /// <summary>
    /// Training loss of one picture by the outputs for it, each <c>[1, boxes, values]</c>, and its index; <see langword="null"/> for the
    /// mean square of all outputs, which needs no labels.
    /// </summary>
    public Func<IReadOnlyDictionary<string, Tensor>, int, Tensor>? Loss { get; init; }

    /// <summary>
    /// How much each position of the pictures counts; <see langword="null"/> where all count alike. The caller owns it. <see cref="PruningEngine"/> takes its
    /// own, as the settings ask.
    /// </summary>
    public PositionWeights? Positions { get; init; }

    /// <summary>The same pictures with the training loss of what they show.</summary>
    /// <param name="batches">Pictures and what they show. The caller owns them.</param>
    /// <param name="seed">Seed of random scores.</param>
    public static CalibrationSet Annotated(DetectorModel model, IReadOnlyList<TrainingBatch> batches, int seed)
    {
        var objects = batches.SelectMany(b => b.Objects).ToList();
        var loss = objects.Count > 0 ? new DetectionLoss(model) : null;
        return new([.. batches.Select(b => b.Images)], seed) { Loss = loss is null ? null : (outputs, picture) => loss.Compute(outputs, [objects[picture]]) };
    }

    internal IReadOnlyList<Tensor> RequirePictures() => Pictures.Count > 0 ? Pictures
        : throw new ArgumentException("This criterion looks at activations or gradients and needs calibration pictures; there are none.");
}
