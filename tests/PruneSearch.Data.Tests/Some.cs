using PruneSearch.Data.Datasets;
using SkiaSharp;

namespace PruneSearch.Data.Tests;

/// <summary>Test data by name.</summary>
internal static class Some
{
    public static string EmptyFolder()
    {
        string path = Path.Combine(AppContext.BaseDirectory, "scratch", Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(path);
        return path;
    }

    /// <summary>Writes a picture of one colour; the ending tells the format.</summary>
    public static void Picture(string path, int width, int height, byte shade = 100) => File.WriteAllBytes(path, Encode(path, width, height, shade));

    private static byte[] Encode(string path, int width, int height, byte shade)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        bitmap.Erase(new SKColor(shade, (byte)(255 - shade), 50));
        using var data = bitmap.Encode(path.EndsWith(".png", StringComparison.Ordinal) ? SKEncodedImageFormat.Png : SKEncodedImageFormat.Jpeg, 90);
        return data.ToArray();
    }

    /// <summary>Classes a and b, pictures of 100×100 pixels with one object each, ids from 1; no picture files.</summary>
    public static DetectionDataset Dataset(params (int Class, PixelBox Box)[] objects) => new()
    {
        Name = "some",
        Root = "/nowhere",
        Classes = ["a", "b"],
        Samples = [.. objects.Select((o, i) => new DetectionSample
        {
            File = $"{i}.png",
            Sha256 = "",
            Width = 100,
            Height = 100,
            ImageId = i + 1,
            Objects = [new ObjectAnnotation(o.Class, o.Box, o.Box.Area())],
        })],
    };
}
