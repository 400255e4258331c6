using PruneSearch.Data.Loading;

namespace PruneSearch.Data.Augmentation;

/// <summary>
/// Photometric distortions of SSD (Liu et al. 2016, section 2.2, after Howard 2013), each half of the time: brightness
/// ± 32 of 255, contrast and saturation .5 to 1.5, hue ± 18°.
/// </summary>
internal static class PhotometricDistortion
{
    private const double Brightness = 32 / 127.5, Low = 0.5, High = 1.5, HueDegrees = 18;

    /// <summary>Changes pixels from −1 to 1 in place.</summary>
    public static void Apply(Span<float> pixels, SeededRandom random)
    {
        // All numbers are drawn, used or not, so that one decision does not shift the others.
        float brightness = Draw(random, -Brightness, Brightness, 0);
        float contrast = Draw(random, Low, High, 1);
        float saturation = Draw(random, Low, High, 1);
        float hue = Draw(random, -HueDegrees, HueDegrees, 0);
        var (a, b, c) = ChromaRotation(hue, saturation);
        for (int i = 0; i + 2 < pixels.Length; i += 3)
        {
            float red = pixels[i] * contrast + brightness, green = pixels[i + 1] * contrast + brightness, blue = pixels[i + 2] * contrast + brightness;
            float grey = (red + green + blue) / 3;
            float r = red - grey, g = green - grey, bl = blue - grey;
            pixels[i] = Math.Clamp(grey + a * r + b * g + c * bl, -1, 1);
            pixels[i + 1] = Math.Clamp(grey + c * r + a * g + b * bl, -1, 1);
            pixels[i + 2] = Math.Clamp(grey + b * r + c * g + a * bl, -1, 1);
        }
    }

    private static float Draw(SeededRandom random, double low, double high, double neutral)
    {
        bool apply = random.NextBool();
        double value = random.NextDouble(low, high);
        return (float)(apply ? value : neutral);
    }

    // Hue is the angle and saturation the distance around the grey axis of the RGB cube: a rotation and a scale.
    private static (float A, float B, float C) ChromaRotation(double degrees, double scale)
    {
        double angle = degrees * Math.PI / 180, cos = Math.Cos(angle), sin = Math.Sin(angle) / Math.Sqrt(3);
        return ((float)(scale * (cos + (1 - cos) / 3)), (float)(scale * ((1 - cos) / 3 - sin)), (float)(scale * ((1 - cos) / 3 + sin)));
    }
}
