using SkiaSharp;

namespace PruneSearch.Cli.Plots;

/// <summary>A small picture within a large one.</summary>
internal static class Inset
{
    /// <summary>Draws a PNG picture into another one.</summary>
    /// <param name="picture">The large one.</param>
    /// <param name="inset">The small one.</param>
    /// <param name="left">Where its left edge comes, in pixels.</param>
    /// <param name="top">Where its upper edge comes, in pixels.</param>
    public static byte[] Add(byte[] picture, byte[] inset, int left, int top)
    {
        using var large = SKBitmap.Decode(picture);
        using var small = SKBitmap.Decode(inset);
        using (var canvas = new SKCanvas(large))
        {
            canvas.DrawBitmap(small, left, top);
        }
        using var data = large.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }
}
