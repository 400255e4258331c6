using System.Runtime.CompilerServices;
using PruneSearch.Core;
using PruneSearch.Data.Loading;

namespace PruneSearch.Data.Augmentation;

/// <summary>
/// Shifts of hue, saturation and value as the code of Ge et al. (2021) makes them, each half of the time: by up to 10 degrees, 30 of 255
/// and 30 of 255. What has no colour keeps none.
/// </summary>
internal static class HsvShift
{
    private const int Channels = 3;
    private const double Sectors = 6, MaxHue = 10 / 60.0, MaxShift = 30 / 255.0;

    /// <summary>Changes pixels in RGB from −1 to 1 in place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // the first pictures would go through unoptimised code
    public static void Apply(Span<float> pixels, SeededRandom random)
    {
        float hue = Draw(random, MaxHue), saturation = Draw(random, MaxShift), value = Draw(random, MaxShift);
        for (int i = 0; i <= pixels.Length - Channels; i += Channels)
        {
            (pixels[i], pixels[i + 1], pixels[i + 2]) = Shift(pixels[i], pixels[i + 1], pixels[i + 2], hue, saturation, value);
        }
    }

    // Hue is shifted in sixths of the circle; saturation and value stay from 0 to 1.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (float Red, float Green, float Blue) Shift(float red, float green, float blue, float hue, float saturation, float value)
    {
        float most = Math.Max(red, Math.Max(green, blue)), range = most - Math.Min(red, Math.Min(green, blue)), brightness = (most + 1) / 2;
        float shifted = Math.Clamp(brightness + value, 0, 1);
        if (range <= 0)
        {
            return (2 * shifted - 1, 2 * shifted - 1, 2 * shifted - 1);
        }
        float sector = (most == red ? (green - blue) / range : most == green ? 2 + (blue - red) / range : 4 + (red - green) / range) + hue;
        float chroma = shifted * Math.Clamp(range / 2 / brightness + saturation, 0, 1);
        return (Of(5), Of(3), Of(1));

        // Smith 1978: the colour falls from the value by the chroma, as far as the hue is away from it.
        float Of(int offset)
        {
            float k = offset + sector;
            k -= (float)Sectors * MathF.Floor(k / (float)Sectors);
            return 2 * (shifted - chroma * Math.Clamp(Math.Min(k, 4 - k), 0, 1)) - 1;
        }
    }

    private static float Draw(SeededRandom random, double most)
    {
        bool apply = random.NextBool(); // all numbers are drawn, used or not, so that one decision does not shift the others
        double amount = random.NextDouble(-most, most);
        return (float)(apply ? amount : 0);
    }
}
