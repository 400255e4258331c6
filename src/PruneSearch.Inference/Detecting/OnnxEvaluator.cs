using PruneSearch.Data.Datasets;
using PruneSearch.Data.Loading;
using PruneSearch.Data.Metrics;
using PruneSearch.Data.PostProcessing;

namespace PruneSearch.Inference.Detecting;

/// <summary>Scores an exported detector, as it would be deployed, over a data set.</summary>
public static class OnnxEvaluator
{
    /// <summary>COCO metrics of an exported detector.</summary>
    /// <param name="detector">The detector; the classes of the data are among its own.</param>
    /// <param name="dataset">Pictures and objects.</param>
    /// <param name="options">Which outputs become detections; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellation">Stops between two pictures.</param>
    /// <exception cref="ArgumentException">A class of the data is none of the detector's.</exception>
    public static CocoResult Evaluate(OnnxDetector detector, DetectionDataset dataset, DetectionOptions? options = null,
        CancellationToken cancellation = default) => CocoEvaluator.Evaluate(dataset, Detect(detector, dataset, options, cancellation));

    /// <summary>Everything that an exported detector finds, in pixels of the original pictures, by class of the data set.</summary>
    /// <exception cref="ArgumentException">A class of the data is none of the detector's.</exception>
    public static List<ImageDetection> Detect(OnnxDetector detector, DetectionDataset dataset, DetectionOptions? options = null,
        CancellationToken cancellation = default)
    {
        int[] toDataset = ClassMapping.Of(detector.Spec.Classes, dataset.Classes);
        var found = new List<ImageDetection>();
        foreach (var batch in new EvaluationLoader(dataset, detector.InputSpec, batchSize: 1).Batches(cancellation))
        {
            cancellation.ThrowIfCancellationRequested();
            var image = batch.Images[0];
            found.AddRange(detector.Detect(NetworkInput.Planes(batch.Pixels, batch.Size), options)
                .InPicture(image.Window)
                .Where(d => toDataset[d.Class] >= 0)
                .Select(d => ImageDetection.From(d with { Class = toDataset[d.Class] }, image.ImageId, image.Width, image.Height)));
        }
        return found;
    }
}
