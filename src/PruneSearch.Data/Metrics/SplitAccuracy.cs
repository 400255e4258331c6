using PruneSearch.Core.Comparisons;
using PruneSearch.Data.Datasets;

namespace PruneSearch.Data.Metrics;

/// <summary>What detections on a split are worth, and how much of that is the choice of its pictures.</summary>
public static class SplitAccuracy
{
    /// <summary>COCO metrics with their resamples.</summary>
    /// <param name="truth">Pictures and objects.</param>
    /// <param name="detections">As for <see cref="CocoEvaluator.Evaluate"/>.</param>
    /// <exception cref="ArgumentException">A detection names an unknown picture or class, or its score is NaN.</exception>
    public static SplitScore Of(DetectionDataset truth, IReadOnlyList<ImageDetection> detections)
    {
        ArgumentNullException.ThrowIfNull(truth);
        var result = CocoEvaluator.Evaluate(truth, detections);
        return new SplitScore
        {
            Map50 = result.Ap50,
            Map = result.Ap,
            ClassAp50 = result.ClassAp50(),
            Pictures = truth.Samples.Count,
            Resamples = PictureBootstrap.Of(truth, detections),
        };
    }
}
