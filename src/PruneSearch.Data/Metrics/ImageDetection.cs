using PruneSearch.Data.Datasets;
using PruneSearch.Data.PostProcessing;

namespace PruneSearch.Data.Metrics;

/// <summary>A detection to be scored.</summary>
/// <param name="ImageId">Image id in the data set.</param>
/// <param name="Class">Index into the data set's classes.</param>
/// <param name="Score">Higher is more certain; must not be NaN.</param>
/// <param name="Box">In pixels of the original picture.</param>
public readonly record struct ImageDetection(long ImageId, int Class, double Score, PixelBox Box)
{
    /// <summary>Scales a detector's result to its picture.</summary>
    public static ImageDetection From(Detection detection, long imageId, int width, int height)
    {
        var box = detection.Box;
        double x = (double)box.XMin * width, y = (double)box.YMin * height;
        return new ImageDetection(imageId, detection.Class, detection.Score, new PixelBox(x, y, (double)box.XMax * width - x, (double)box.YMax * height - y));
    }
}
