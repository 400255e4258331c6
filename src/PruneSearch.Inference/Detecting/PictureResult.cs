using PruneSearch.Data.Images;
using PruneSearch.Data.PostProcessing;

namespace PruneSearch.Inference.Detecting;

/// <summary>What was found in a picture.</summary>
/// <param name="File">The picture, as it was named.</param>
/// <param name="Width">Its width in pixels.</param>
/// <param name="Height">Its height in pixels.</param>
/// <param name="Objects">By falling score.</param>
public sealed record PictureResult(string File, int Width, int Height, IReadOnlyList<FoundObject> Objects)
{
    /// <summary>From fractions of a picture and numbers of classes to pixels and names.</summary>
    /// <param name="file">What to call the picture.</param>
    /// <param name="found">What was found in it.</param>
    /// <param name="classes">Names of the detector's classes.</param>
    public static PictureResult From(string file, RgbImage image, IEnumerable<Detection> found, IReadOnlyList<string> classes)
    {
        ArgumentNullException.ThrowIfNull(image);
        return new(file, image.Width, image.Height,
        [.. found.Select(d => new FoundObject(classes[d.Class], d.Score, d.Box.XMin * image.Width, d.Box.YMin * image.Height, d.Box.XMax * image.Width,
            d.Box.YMax * image.Height))]);
    }
}

/// <summary>An object in pixels of its picture.</summary>
/// <param name="Score">0 to 1.</param>
/// <param name="Left">Left edge.</param>
/// <param name="Top">Top edge.</param>
/// <param name="Right">Right edge.</param>
/// <param name="Bottom">Bottom edge.</param>
public sealed record FoundObject(string Class, float Score, float Left, float Top, float Right, float Bottom)
{
    /// <summary>Intersection over union with another object, 0 to 1; 0 when neither has an area.</summary>
    public float Iou(FoundObject other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new BoxCorners(Top, Left, Bottom, Right).Iou(new BoxCorners(other.Top, other.Left, other.Bottom, other.Right));
    }
}
