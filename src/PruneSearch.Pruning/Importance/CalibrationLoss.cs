using PruneSearch.Core.Detectors;
using PruneSearch.Data.Loading;
using PruneSearch.Detection.Losses;
using static TorchSharp.torch;

namespace PruneSearch.Pruning.Importance;

/// <summary>The training loss on annotated calibration pictures, for criteria that look at gradients.</summary>
public static class CalibrationLoss
{
    /// <summary>The loss of one picture by the outputs for it, each <c>[1, boxes, values]</c>, and its index.</summary>
    /// <param name="model">The detector.</param>
    /// <param name="objects">What each calibration picture shows, in the order of the pictures.</param>
    public static Func<IReadOnlyDictionary<string, Tensor>, int, Tensor> For(DetectorModel model, IReadOnlyList<BatchImage> objects)
    {
        var loss = new DetectionLoss(model);
        return (outputs, index) => loss.Compute(outputs, [objects[index]]);
    }
}
