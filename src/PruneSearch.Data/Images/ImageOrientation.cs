using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using SkiaSharp;

namespace PruneSearch.Data.Images;

/// <summary>Turns decoded pixels upright (EXIF 2.32, tag Orientation) and drops their alpha.</summary>
internal static class ImageOrientation
{
    /// <summary>Whether width and height change places.</summary>
    public static bool Swaps(SKEncodedOrigin origin) =>
        origin is SKEncodedOrigin.LeftTop or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom;

    public static RgbImage Apply(ReadOnlySpan<byte> rgba, int width, int height, SKEncodedOrigin origin)
    {
        var (outWidth, outHeight) = Swaps(origin) ? (height, width) : (width, height);
        byte[] rgb = GC.AllocateUninitializedArray<byte>(outWidth * outHeight * 3);
        if (origin is SKEncodedOrigin.TopLeft or SKEncodedOrigin.Default)
        {
            DropAlpha(rgba, rgb);
            return new RgbImage(width, height, rgb);
        }
        // Position in the file's pixels of the upright picture's first pixel, and the steps to its right and lower neighbours.
        var (first, right, down) = origin switch
        {
            SKEncodedOrigin.TopRight => (width - 1, -1, width),
            SKEncodedOrigin.BottomRight => (width * height - 1, -1, -width),
            SKEncodedOrigin.BottomLeft => (width * (height - 1), 1, -width),
            SKEncodedOrigin.LeftTop => (0, width, 1),
            SKEncodedOrigin.RightTop => (width * (height - 1), -width, 1),
            SKEncodedOrigin.RightBottom => (width * height - 1, -width, -1),
            SKEncodedOrigin.LeftBottom => (width - 1, width, -1),
            _ => (0, 1, width),
        };
        int to = 0;
        for (int y = 0; y < outHeight; y++)
        {
            int from = (first + y * down) * 4;
            for (int x = 0; x < outWidth; x++, from += right * 4, to += 3)
            {
                rgb[to] = rgba[from];
                rgb[to + 1] = rgba[from + 1];
                rgb[to + 2] = rgba[from + 2];
            }
        }
        return new RgbImage(outWidth, outHeight, rgb);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void DropAlpha(ReadOnlySpan<byte> rgba, Span<byte> rgb)
    {
        int from = 0, to = 0;
        if (Vector128.IsHardwareAccelerated)
        {
            // Four pixels at once; the four bytes behind them are overwritten by the next ones, so the last pixels are left over.
            var colours = Vector128.Create((byte)0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 255, 255, 255, 255);
            for (; to <= rgb.Length - Vector128<byte>.Count; from += 16, to += 12)
            {
                Vector128.Shuffle(Vector128.Create(rgba.Slice(from, Vector128<byte>.Count)), colours).CopyTo(rgb[to..]);
            }
        }
        for (; to < rgb.Length; from += 4, to += 3)
        {
            rgba.Slice(from, 3).CopyTo(rgb[to..]);
        }
    }
}
