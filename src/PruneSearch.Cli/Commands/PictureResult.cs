using PruneSearch.Data.Images;

namespace PruneSearch.Cli.Commands;

/// <summary>What was found in a picture.</summary>
/// <param name="File">The picture, as it was named.</param>
/// <param name="Width">Its width in pixels.</param>
/// <param name="Height">Its height in pixels.</param>
/// <param name="Objects">By falling score.</param>
internal sealed record PictureResult(string File, int Width, int Height, IReadOnlyList<FoundObject> Objects)
{
    public static PictureResult From(string file, RgbImage image, IEnumerable<Data.PostProcessing.Detection> found, IReadOnlyList<string> classes) =>
        new(file, image.Width, image.Height,
        [.. found.Select(d => new FoundObject(classes[d.Class], d.Score, d.Box.XMin * image.Width, d.Box.YMin * image.Height, d.Box.XMax * image.Width,
            d.Box.YMax * image.Height))]);
}

/// <summary>An object in pixels of its picture.</summary>
/// <param name="Class">Its class.</param>
/// <param name="Score">0 to 1.</param>
/// <param name="Left">Left edge.</param>
/// <param name="Top">Top edge.</param>
/// <param name="Right">Right edge.</param>
/// <param name="Bottom">Bottom edge.</param>
internal sealed record FoundObject(string Class, float Score, float Left, float Top, float Right, float Bottom);
