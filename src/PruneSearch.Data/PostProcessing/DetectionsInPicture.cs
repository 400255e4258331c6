using PruneSearch.Data.Images;

namespace PruneSearch.Data.PostProcessing;

/// <summary>Brings detections from a detector's input back to the picture that it shows.</summary>
public static class DetectionsInPicture
{
    /// <summary>The detections in fractions of the picture, clipped to it; those beside it are left out.</summary>
    /// <param name="detections">In fractions of the input.</param>
    /// <param name="window">What part of the picture's plane the input shows.</param>
    public static IEnumerable<Detection> InPicture(this IEnumerable<Detection> detections, PixelWindow window) => window == PixelWindow.Whole ? detections
        : detections.Select(d => d with { Box = Moved(d.Box, window).Clip() }).Where(d => d.Box.Area() > 0);

    private static BoxCorners Moved(BoxCorners box, PixelWindow window) => new(
        (float)(window.Y + box.YMin * window.Height), (float)(window.X + box.XMin * window.Width),
        (float)(window.Y + box.YMax * window.Height), (float)(window.X + box.XMax * window.Width));
}
