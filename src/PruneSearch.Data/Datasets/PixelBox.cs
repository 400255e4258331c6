namespace PruneSearch.Data.Datasets;

/// <summary>A rectangle in pixels of the upright picture; (0, 0) is the outer corner of the top left pixel.</summary>
/// <param name="X">Left edge.</param>
/// <param name="Y">Top edge.</param>
/// <param name="Width">Above 0 in a data set.</param>
/// <param name="Height">Above 0 in a data set.</param>
public readonly record struct PixelBox(double X, double Y, double Width, double Height)
{
    /// <summary>Width times height.</summary>
    public double Area() => Width * Height;

    /// <summary>The part within a picture; its area is 0 when there is none.</summary>
    public PixelBox ClipTo(int width, int height)
    {
        if (X >= 0 && Y >= 0 && X + Width <= width && Y + Height <= height)
        {
            return this; // the same bits, not right edge minus left edge
        }
        double left = Math.Clamp(X, 0, width), top = Math.Clamp(Y, 0, height);
        double right = Math.Clamp(X + Width, 0, width), bottom = Math.Clamp(Y + Height, 0, height);
        return new PixelBox(left, top, Math.Max(0, right - left), Math.Max(0, bottom - top));
    }
}
