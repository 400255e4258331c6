using PruneSearch.Core.Stages;
using PruneSearch.Data.Datasets;
using PruneSearch.Data.Images;
using PruneSearch.Inference.Latency;

namespace PruneSearch.Inference.Detecting;

/// <summary>Times what is done around a network, on real pictures: how long suppression takes depends on what is found.</summary>
public static class ProcessingMeter
{
    private const int Repetitions = 5;

    /// <summary>Medians over pictures, each detected several times.</summary>
    /// <param name="detector">An exported detector; in the end-to-end form the post-processing is part of the network.</param>
    /// <param name="images">Decoded pictures, at least one.</param>
    public static ProcessingTimes Measure(OnnxDetector detector, IReadOnlyList<RgbImage> images)
    {
        var times = new List<DetectionTimes>();
        detector.Detect(images[0]);
        foreach (var image in images)
        {
            for (int i = 0; i < Repetitions; i++)
            {
                detector.Detect(image, null, out var taken);
                times.Add(taken);
            }
        }
        return new ProcessingTimes(
            PairedLatencies.Median([.. times.Select(t => t.PreProcessing)]), PairedLatencies.Median([.. times.Select(t => t.PostProcessing)]), images.Count);
    }

    /// <summary>Medians over the first pictures of a data set.</summary>
    public static ProcessingTimes Measure(OnnxDetector detector, DetectionDataset dataset, int pictures) =>
        Measure(detector, [.. dataset.Samples.Take(pictures).Select(s => ImageDecoder.Decode(dataset.PathOf(s), detector.Spec.InputSize))]);
}
