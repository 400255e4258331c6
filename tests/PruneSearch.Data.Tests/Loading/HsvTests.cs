using System.Drawing;
using PruneSearch.Core.Detectors.Rules;
using PruneSearch.Data.Datasets;
using PruneSearch.Data.Loading;
using SkiaSharp;

namespace PruneSearch.Data.Tests.Loading;

/// <summary>Pictures of one colour, whose hue, saturation and value vary as in YOLOX: by up to 10 degrees, 30 and 30 of 255, each half of the time.</summary>
public sealed class HsvTests
{
    private const int Size = 8, Steps = 200;

    [Theory]
    [InlineData(200, 100, 50)]
    [InlineData(40, 180, 90)]
    [InlineData(90, 60, 220)]
    [InlineData(150, 160, 60)]
    public void Each_varies_by_itself_within_its_bounds(int red, int green, int blue)
    {
        var from = Color.FromArgb(red, green, blue);
        int hue = 0, saturation = 0, value = 0, nothing = 0;
        foreach (var batch in Loader(from).Batches(0, Steps, TestContext.Current.CancellationToken))
        {
            float[] first = batch.Pixels[..3];
            Assert.All(batch.Pixels.Select((p, i) => (p, i)), p => Assert.Equal(first[p.i % 3], p.p, 1e-6f));
            float[] channels = [.. first.Select(p => (p + 1) * 127.5f)];
            Assert.All(channels, c => Assert.InRange(c, -0.01, 255.01));
            var to = Color.FromArgb((int)MathF.Round(channels[0]), (int)MathF.Round(channels[1]), (int)MathF.Round(channels[2]));
            // Rounding to bytes turns a hue by up to a degree.
            double turned = Math.Abs(to.GetHue() - from.GetHue()), pale = Saturation(channels) - Saturation([red, green, blue]);
            double bright = channels.Max() - Math.Max(red, Math.Max(green, blue));
            Assert.InRange(turned, 0, 11.1);
            Assert.InRange(pale, -30.5, 30.5);
            Assert.InRange(bright, -30.5, 30.5);
            hue += turned > 1.5 ? 1 : 0;
            saturation += Math.Abs(pale) > 1 ? 1 : 0;
            value += Math.Abs(bright) > 1 ? 1 : 0;
            nothing += turned < 1.5 && Math.Abs(pale) < 0.1 && Math.Abs(bright) < 0.1 ? 1 : 0;
        }
        Assert.All([hue, saturation, value], count => Assert.InRange(count, Steps / 3, 3 * Steps / 5));
        Assert.InRange(nothing, Steps / 20, Steps / 4);
    }

    [Theory]
    [InlineData(114)]
    [InlineData(0)]
    [InlineData(255)]
    public void What_has_no_colour_gets_none(int grey)
    {
        foreach (var batch in Loader(Color.FromArgb(grey, grey, grey)).Batches(0, 40, TestContext.Current.CancellationToken))
        {
            Assert.Equal(batch.Pixels[0], batch.Pixels[1], 1e-6f);
            Assert.Equal(batch.Pixels[0], batch.Pixels[2], 1e-6f);
        }
    }

    private static double Saturation(float[] channels) => 255 * (channels.Max() - channels.Min()) / channels.Max();

    private static TrainingLoader Loader(Color color)
    {
        var dataset = Some.Dataset((0, new PixelBox(0, 0, Size, Size)));
        string folder = Some.EmptyFolder();
        using var bitmap = new SKBitmap(new SKImageInfo(Size, Size, SKColorType.Rgba8888, SKAlphaType.Opaque));
        bitmap.Erase(new SKColor(color.R, color.G, color.B));
        using (var file = File.Create(Path.Combine(folder, "0.png")))
        {
            bitmap.Encode(file, SKEncodedImageFormat.Png, 100);
        }
        var pictures = dataset with { Root = folder, Samples = [dataset.Samples[0] with { Width = Size, Height = Size }] };
        var options = new TrainingLoaderOptions { Input = InputSpec.Stretched(Size), BatchSize = 1, Seed = 11, Augmentation = new() { Hsv = true } };
        return new TrainingLoader(pictures, options);
    }
}
