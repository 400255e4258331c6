using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using PruneSearch.Core;

namespace PruneSearch.Data.Augmentation;

/// <summary>
/// Photometric distortions of SSD (Liu et al. 2016, section 2.2, after Howard 2013), each half of the time: brightness
/// ± 32 of 255, contrast and saturation .5 to 1.5, hue ± 18°.
/// </summary>
internal static class PhotometricDistortion
{
    private const int Channels = 3;
    private const double Brightness = 32 / 127.5, Low = 0.5, High = 1.5, HueDegrees = 18;

    /// <summary>Changes pixels from −1 to 1 in place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // the first pictures would go through unoptimised code
    public static void Apply(Span<float> pixels, SeededRandom random)
    {
        // All numbers are drawn, used or not, so that one decision does not shift the others.
        float brightness = Draw(random, -Brightness, Brightness, 0);
        float contrast = Draw(random, Low, High, 1);
        float saturation = Draw(random, Low, High, 1);
        float hue = Draw(random, -HueDegrees, HueDegrees, 0);
        var (a, b, c) = ChromaRotation(hue, saturation);
        // Grey is kept, what is left of it is turned and scaled: all of it one matrix, whose rows sum to the contrast.
        float third = (1 - (a + b + c)) / 3, own = (a + third) * contrast, next = (b + third) * contrast, last = (c + third) * contrast;
        var red = Vector128.Create(own, last, next, 0);
        var green = Vector128.Create(next, own, last, 0);
        var blue = Vector128.Create(last, next, own, 0);
        var offset = Vector128.Create(brightness);
        var pixel = Vector128.Create(-1, -1, -1, 0).AsSingle();
        ref float first = ref MemoryMarshal.GetReference(pixels);
        int i = 0;
        for (; i <= pixels.Length - Vector128<float>.Count; i += Channels)
        {
            var before = Vector128.LoadUnsafe(ref first, (nuint)i);
            // The fourth number belongs to the next pixel and stays.
            Vector128.ConditionalSelect(pixel, Distort(before, red, green, blue, offset), before).StoreUnsafe(ref first, (nuint)i);
        }
        for (; i <= pixels.Length - Channels; i += Channels)
        {
            var after = Distort(Vector128.Create(pixels[i], pixels[i + 1], pixels[i + 2], 0), red, green, blue, offset);
            (pixels[i], pixels[i + 1], pixels[i + 2]) = (after[0], after[1], after[2]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Distort(Vector128<float> p, Vector128<float> red, Vector128<float> green, Vector128<float> blue, Vector128<float> offset)
    {
        var sum = red * Vector128.Shuffle(p, Vector128.Create(0)) + green * Vector128.Shuffle(p, Vector128.Create(1)) + blue * Vector128.Shuffle(p,
            Vector128.Create(2));
        return Vector128.Min(Vector128.Max(sum + offset, -Vector128<float>.One), Vector128<float>.One);
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
