using PruneSearch.Data.Images;

namespace PruneSearch.Data.Tests.Images;

public sealed class ImageResamplerTests
{
    private static readonly RgbImage Ramp = Grey(4, 2, [0, 50, 100, 150, 200, 210, 220, 230]);

    [Fact]
    public void Same_size_keeps_every_pixel()
    {
        var image = Grey(2, 2, [0, 255, 51, 102]);
        Assert.All(Expect(0, 255, 51, 102).Zip(Resample(image, PixelWindow.Whole, 2)), p => Assert.Equal(p.First, p.Second, 1e-6f));
    }

    [Fact]
    public void Samples_lie_at_half_pixel_centres_and_borders_repeat()
    {
        // torch.nn.functional.interpolate(mode="bilinear", align_corners=False) of the ramp to 4 by 4.
        var expected = Expect(0, 50, 100, 150, 50, 90, 130, 170, 150, 170, 190, 210, 200, 210, 220, 230);
        Assert.All(expected.Zip(Resample(Ramp, PixelWindow.Whole, 4)), p => Assert.Equal(p.First, p.Second, 1e-5f));
    }

    [Fact]
    public void Flipping_mirrors_and_windows_cut()
    {
        float[] plain = Resample(Ramp, PixelWindow.Whole, 4), flipped = new float[48];
        ImageResampler.Resample(Ramp, PixelWindow.Whole, true, 4, flipped);
        for (int y = 0; y < 4; y++)
        {
            for (int x = 0; x < 4; x++)
            {
                Assert.Equal(plain[(y * 4 + x) * 3], flipped[(y * 4 + 3 - x) * 3]);
            }
        }
        Assert.All(Expect(100, 150, 220, 230).Zip(Resample(Ramp, new PixelWindow(0.5, 0, 0.5, 1), 2)), p => Assert.Equal(p.First, p.Second, 1e-5f));
    }

    [Fact]
    public void Outside_the_picture_is_mid_grey()
    {
        float[] result = Resample(Grey(2, 2, [255, 255, 255, 255]), new PixelWindow(-1, -1, 3, 3), 6);
        Assert.Equal(0f, result[0]);
        Assert.Equal(1f, result[(2 * 6 + 2) * 3]);
        Assert.Equal(1f, result[(3 * 6 + 3) * 3]);
        Assert.Equal(0f, result[(4 * 6 + 3) * 3]);
    }

    private static float[] Resample(RgbImage image, PixelWindow window, int size)
    {
        float[] result = new float[size * size * 3];
        Array.Fill(result, float.NaN);
        ImageResampler.Resample(image, window, false, size, result);
        return result;
    }

    private static RgbImage Grey(int width, int height, byte[] values) => new(width, height, [.. values.SelectMany(v => new[] { v, v, v })]);

    private static float[] Expect(params float[] values) => [.. values.SelectMany(v => Enumerable.Repeat(v / 127.5f - 1, 3))];
}
