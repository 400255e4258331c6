namespace PruneSearch.Data.Images;

/// <summary>A decoded upright picture.</summary>
/// <param name="Width">In pixels, at least 1.</param>
/// <param name="Height">In pixels, at least 1.</param>
/// <param name="Pixels">Rows from the top, three bytes a pixel: red, green, blue.</param>
public sealed record RgbImage(int Width, int Height, byte[] Pixels);
