using System.Globalization;
using PruneSearch.Core.Files;
using PruneSearch.Data.Images;
using PruneSearch.Data.PostProcessing;
using SkiaSharp;

namespace PruneSearch.Data.Drawing;

/// <summary>Draws detections on their picture, for people to look at.</summary>
public static class DetectionDrawing
{
    private const int JpegQuality = 92;

    // Colours that stay apart from one another and from most photographs; classes beyond their number begin again.
    private static readonly SKColor[] Palette =
        [new(230, 57, 70), new(29, 112, 220), new(42, 157, 74), new(255, 149, 0), new(148, 64, 201), new(0, 163, 173), new(214, 51, 132), new(120, 94, 47)];

    /// <summary>Draws a box with class name and score for each detection and writes the picture.</summary>
    /// <param name="image">The picture; it stays as it is.</param>
    /// <param name="detections">The highest score is drawn last, on top.</param>
    /// <param name="classes">Class names.</param>
    /// <param name="path">A file whose ending is that of a JPEG or a PNG; its folder must exist.</param>
    /// <exception cref="ArgumentException">Another ending, or a class without name.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(RgbImage image, IReadOnlyList<Detection> detections, IReadOnlyList<string> classes, string path)
    {
        using var bitmap = Drawn(image, detections, classes);
        Write(bitmap, path);
    }

    /// <summary>Draws what several detectors find in one picture, side by side under their titles, and writes it.</summary>
    /// <param name="image">The picture; it stays as it is.</param>
    /// <param name="found">A title and the detections of each detector, at least one.</param>
    /// <param name="classes">Class names.</param>
    /// <param name="path">A file whose ending is that of a JPEG or a PNG; its folder must exist.</param>
    /// <exception cref="ArgumentException">Another ending, or a class without name.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void SaveBeside(
        RgbImage image, IReadOnlyList<(string Title, IReadOnlyList<Detection> Detections)> found, IReadOnlyList<string> classes, string path)
    {
        ArgumentOutOfRangeException.ThrowIfZero(found.Count);
        float unit = Unit(image);
        int gap = (int)(6 * unit), head = (int)(18 * unit);
        using var sheet = new SKBitmap(
            new SKImageInfo(found.Count * image.Width + (found.Count - 1) * gap, image.Height + head, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using (var canvas = new SKCanvas(sheet))
        {
            canvas.Clear(SKColors.White);
            using var ink = new SKPaint { Color = SKColors.Black, IsAntialias = true };
            for (int i = 0; i < found.Count; i++)
            {
                int left = i * (image.Width + gap);
                using var drawn = Drawn(image, found[i].Detections, classes);
                canvas.DrawBitmap(drawn, left, head);
                Text(canvas, found[i].Title, left + 2 * unit, head / 2f, image.Width - 4 * unit, unit, ink);
            }
        }
        Write(sheet, path);
    }

    private static SKBitmap Drawn(RgbImage image, IReadOnlyList<Detection> detections, IReadOnlyList<string> classes)
    {
        var bitmap = ToBitmap(image);
        using var canvas = new SKCanvas(bitmap);
        foreach (var detection in detections.OrderBy(d => d.Score))
        {
            if (detection.Class < 0 || detection.Class >= classes.Count)
            {
                bitmap.Dispose();
                throw new ArgumentException($"A detection has class {detection.Class}, expected 0 to {classes.Count - 1}.");
            }
            Draw(canvas, image, detection, classes[detection.Class]);
        }
        return bitmap;
    }

    private static void Write(SKBitmap bitmap, string path)
    {
        var format = PictureFiles.Format(path)?.Encoder
            ?? throw new ArgumentException($"'{path}' ends in '{Path.GetExtension(path)}', expected one of {PictureFiles.Drawable}.");
        using var data = bitmap.Encode(format, JpegQuality);
        AtomicFile.Write(path, data.ToArray());
    }

    // Lines and letters grow with the picture.
    private static float Unit(RgbImage image) => Math.Max(1f, Math.Min(image.Width, image.Height) / 400f);

    private static void Draw(SKCanvas canvas, RgbImage image, Detection detection, string name)
    {
        float unit = Unit(image);
        var box = detection.Box;
        var rectangle = new SKRect(box.XMin * image.Width, box.YMin * image.Height, box.XMax * image.Width, box.YMax * image.Height);
        var color = Palette[detection.Class % Palette.Length];
        using var line = new SKPaint { Color = color, Style = SKPaintStyle.Stroke, StrokeWidth = 2 * unit, IsAntialias = true };
        canvas.DrawRect(rectangle, line);
        DrawLabel(canvas, image, rectangle, color, string.Create(CultureInfo.InvariantCulture, $"{name} {detection.Score:0.00}"), unit);
    }

    // Its middle at a height, and smaller where it would be too wide.
    private static void Text(SKCanvas canvas, string text, float x, float middle, float width, float unit, SKPaint ink)
    {
        using var font = new SKFont(SKTypeface.Default, 11 * unit);
        if (font.GetGlyph('A') != 0)
        {
            font.Size *= Math.Min(1, width / Math.Max(1, font.MeasureText(text)));
            canvas.DrawText(text, x, middle + font.Size * .36f, SKTextAlign.Left, font, ink);
        }
        else
        {
            float letters = 7 * unit * Math.Min(1, width / Math.Max(1, PixelFont.Measure(text, 7 * unit)));
            PixelFont.Draw(canvas, text, x, middle - letters / 2, letters, ink);
        }
    }

    private static void DrawLabel(SKCanvas canvas, RgbImage image, SKRect box, SKColor color, string text, float unit)
    {
        using var font = new SKFont(SKTypeface.Default, 10 * unit);
        using var ink = new SKPaint { Color = SKColors.White, IsAntialias = true };
        using var fill = new SKPaint { Color = color };
        bool hasFont = font.GetGlyph('A') != 0;
        float letters = hasFont ? 8 * unit : 7 * unit, margin = 2 * unit;
        float width = (hasFont ? font.MeasureText(text) : PixelFont.Measure(text, letters)) + 2 * margin, height = letters + 2 * margin;
        float x = Math.Clamp(box.Left, 0, Math.Max(0, image.Width - width));
        float y = box.Top >= height ? box.Top - height : box.Top; // above the box, or within it at the upper edge of the picture
        canvas.DrawRect(x, y, width, height, fill);
        if (hasFont)
        {
            canvas.DrawText(text, x + margin, y + height - margin - unit / 2, SKTextAlign.Left, font, ink);
        }
        else
        {
            PixelFont.Draw(canvas, text, x + margin, y + margin, letters, ink);
        }
    }

    private static SKBitmap ToBitmap(RgbImage image)
    {
        var bitmap = new SKBitmap(new SKImageInfo(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        byte[] rgba = new byte[image.Width * image.Height * 4];
        for (int from = 0, to = 0; from < image.Pixels.Length; from += 3, to += 4)
        {
            rgba[to] = image.Pixels[from];
            rgba[to + 1] = image.Pixels[from + 1];
            rgba[to + 2] = image.Pixels[from + 2];
            rgba[to + 3] = 255;
        }
        System.Runtime.InteropServices.Marshal.Copy(rgba, 0, bitmap.GetPixels(), rgba.Length);
        return bitmap;
    }
}
