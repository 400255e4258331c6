namespace PruneSearch.Data.Images;

/// <summary>A part of a picture's plane in fractions of its edges; it may reach beyond the picture.</summary>
/// <param name="X">Left edge; 0 is that of the picture.</param>
/// <param name="Y">Top edge; 0 is that of the picture.</param>
/// <param name="Width">Above 0; 1 is that of the picture.</param>
/// <param name="Height">Above 0; 1 is that of the picture.</param>
public readonly record struct PixelWindow(double X, double Y, double Width, double Height)
{
    /// <summary>The picture as it is.</summary>
    public static readonly PixelWindow Whole = new(0, 0, 1, 1);
}
