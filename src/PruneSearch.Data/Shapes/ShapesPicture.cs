using PruneSearch.Core;
using PruneSearch.Data.Augmentation;
using PruneSearch.Data.Datasets;
using SkiaSharp;

namespace PruneSearch.Data.Shapes;

/// <summary>One drawn picture and its objects.</summary>
internal sealed class ShapesPicture : IDisposable
{
    private const int ClutterPieces = 14, Tries = 40;
    private const double MaxCovered = 0.25, Noise = 14;

    private readonly SKBitmap _bitmap;
    private readonly SeededRandom _random;
    private readonly ShapesOptions _options;
    private readonly List<(int Class, PixelBox Box)> _objects = [];

    public ShapesPicture(ShapesOptions options, SeededRandom random)
    {
        _options = options;
        _random = random;
        int size = options.ImageSize;
        _bitmap = new SKBitmap(new SKImageInfo(size, size, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using (var canvas = new SKCanvas(_bitmap))
        {
            var background = MutedColor();
            canvas.Clear(background);
            DrawClutter(canvas);
            int count = 1 + random.NextInt(options.MaxObjects);
            for (int i = 0; i < count; i++)
            {
                DrawObject(canvas);
            }
        }
        AddNoise();
    }

    /// <summary>At least one, unless the picture is full.</summary>
    public IReadOnlyList<(int Class, PixelBox Box)> Objects => _objects;

    public byte[] ToPng()
    {
        using var data = _bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    public void Dispose() => _bitmap.Dispose();

    private void DrawObject(SKCanvas canvas)
    {
        int classIndex = _random.NextInt(ShapePaths.Classes.Count);
        using var outline = ShapePaths.Create(classIndex);
        for (int attempt = 0; attempt < Tries; attempt++)
        {
            int size = _options.ImageSize;
            double edge = _random.NextDouble(_options.MinEdge, _options.MaxEdge) * size;
            using var path = new SKPath();
            outline.Transform(SKMatrix.CreateRotationDegrees((float)_random.NextDouble(-25, 25)), path);
            var bounds = path.TightBounds;
            float scale = (float)edge / Math.Max(bounds.Width, bounds.Height);
            double x = _random.NextDouble(0, size - bounds.Width * scale), y = _random.NextDouble(0, size - bounds.Height * scale);
            var box = new PixelBox(x, y, bounds.Width * scale, bounds.Height * scale);
            if (_objects.Any(o => Covered(o.Box, box) > MaxCovered || Covered(box, o.Box) > MaxCovered))
            {
                continue;
            }
            path.Transform(SKMatrix.CreateScale(scale, scale));
            path.Transform(SKMatrix.CreateTranslation((float)x - bounds.Left * scale, (float)y - bounds.Top * scale));
            using var paint = new SKPaint { Color = ColorOf(classIndex), IsAntialias = true };
            canvas.DrawPath(path, paint);
            _objects.Add((classIndex, box.ClipTo(size, size)));
            return;
        }
    }

    // Lines and blots, thin or faint: something that is no object but has edges.
    private void DrawClutter(SKCanvas canvas)
    {
        float size = _options.ImageSize;
        for (int i = 0; i < ClutterPieces; i++)
        {
            var color = AnyColor().WithAlpha((byte)(30 + _random.NextInt(60)));
            using var paint = new SKPaint { Color = color, IsAntialias = true, StrokeWidth = (float)_random.NextDouble(1, size / 40) };
            float x = Position(), y = Position();
            if (_random.NextBool())
            {
                canvas.DrawLine(x, y, Position(), Position(), paint);
            }
            else
            {
                canvas.DrawOval(x, y, (float)_random.NextDouble(0.02, 0.3) * size, (float)_random.NextDouble(0.02, 0.1) * size, paint);
            }
        }

        float Position() => (float)_random.NextDouble(0, size);
    }

    private void AddNoise()
    {
        var pixels = _bitmap.GetPixelSpan();
        byte[] noisy = pixels.ToArray();
        for (int i = 0; i < noisy.Length; i++)
        {
            if (i % 4 != 3)
            {
                noisy[i] = (byte)Math.Clamp(noisy[i] + _random.NextDouble(-Noise, Noise), 0, 255);
            }
        }
        System.Runtime.InteropServices.Marshal.Copy(noisy, 0, _bitmap.GetPixels(), noisy.Length);
    }

    // Every class has a favourite colour, as many real things have: a small detector then learns in a minute or two.
    private SKColor ColorOf(int classIndex)
    {
        double hue = 360.0 * classIndex / ShapePaths.Classes.Count + _random.NextDouble(-20, 20);
        return SKColor.FromHsv((float)((hue + 360) % 360), (float)_random.NextDouble(65, 100), (float)_random.NextDouble(70, 100));
    }

    private SKColor MutedColor() => SKColor.FromHsv((float)_random.NextDouble(0, 360), (float)_random.NextDouble(0, 25), (float)_random.NextDouble(15, 60));

    private SKColor AnyColor() => new((byte)_random.NextInt(256), (byte)_random.NextInt(256), (byte)_random.NextInt(256));

    private static double Covered(PixelBox box, PixelBox by)
    {
        double width = Math.Min(box.X + box.Width, by.X + by.Width) - Math.Max(box.X, by.X);
        double height = Math.Min(box.Y + box.Height, by.Y + by.Height) - Math.Max(box.Y, by.Y);
        return Math.Max(0, width) * Math.Max(0, height) / box.Area();
    }
}
