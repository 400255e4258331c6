using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PruneSearch.Data.Images;

/// <summary>
/// Bilinear resampling with half-pixel centres and without low-pass filter: what PyTorch computes for
/// <c>interpolate(mode="bilinear", align_corners=False)</c>. Vectors do the same operations as scalars would, in the same
/// order: the result does not depend on the processor.
/// </summary>
public static class ImageResampler
{
    private const int Channels = 3;

    /// <summary>Stretches a picture, or a window of its plane, to a square of RGB numbers from −1 (black) to 1 (white).</summary>
    /// <param name="window">What part of its plane.</param>
    /// <param name="flip">Whether the result is mirrored left to right.</param>
    /// <param name="size">Edge of the result in pixels, at least 1.</param>
    /// <param name="destination">Receives <c>[size, size, 3]</c>.</param>
    /// <param name="outside">The numbers outside the picture; 0 is mid grey.</param>
    public static void Resample(RgbImage image, PixelWindow window, bool flip, int size, Span<float> destination, float outside = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfNotEqual(destination.Length, size * size * Channels);
        var columns = ArrayPool<Tap>.Shared.Rent(size);
        var rows = ArrayPool<Tap>.Shared.Rent(size);
        float[] blended = ArrayPool<float>.Shared.Rent((image.Width + 1) * Channels);
        try
        {
            var across = columns.AsSpan(0, size);
            Fill(across, window.X * image.Width, window.Width * image.Width, image.Width);
            Fill(rows.AsSpan(0, size), window.Y * image.Height, window.Height * image.Height, image.Height);
            var (from, to) = Touched(across);
            if (flip)
            {
                across.Reverse();
            }
            for (int y = 0; y < size; y++)
            {
                var row = destination.Slice(y * size * Channels, size * Channels);
                if (rows[y].First < 0)
                {
                    row.Fill(outside);
                    continue;
                }
                BlendRows(image, rows[y], from * Channels, to * Channels, blended);
                BlendColumns(blended, across, row, outside);
            }
        }
        finally
        {
            ArrayPool<Tap>.Shared.Return(columns);
            ArrayPool<Tap>.Shared.Return(rows);
            ArrayPool<float>.Shared.Return(blended);
        }
    }

    private static void Fill(Span<Tap> taps, double offset, double length, int limit)
    {
        double step = length / taps.Length;
        for (int i = 0; i < taps.Length; i++)
        {
            double centre = offset + (i + 0.5) * step;
            if (centre < 0 || centre > limit)
            {
                taps[i] = new Tap(-1, -1, 0);
                continue;
            }
            double position = Math.Clamp(centre - 0.5, 0, limit - 1);
            int first = (int)position;
            taps[i] = new Tap(first, Math.Min(first + 1, limit - 1), (float)(position - first));
        }
    }

    // Columns of the picture that are read, as a range; a crop reads a part of each row.
    private static (int From, int To) Touched(ReadOnlySpan<Tap> rising)
    {
        int from = 0, to = 0;
        foreach (var tap in rising)
        {
            if (tap.First >= 0)
            {
                from = to == 0 ? tap.First : from;
                to = tap.Second + 1;
            }
        }
        return (from, to);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // the first pictures would go through unoptimised code
    private static void BlendRows(RgbImage image, Tap tap, int from, int to, float[] blended)
    {
        int stride = image.Width * Channels;
        var upper = image.Pixels.AsSpan(tap.First * stride, stride)[from..to];
        var lower = image.Pixels.AsSpan(tap.Second * stride, stride)[from..to];
        var result = blended.AsSpan(from, to - from);
        const float Scale = 1 / 127.5f;
        float weight = tap.Weight;
        int i = 0;
        if (Vector128.IsHardwareAccelerated)
        {
            for (; i <= result.Length - Vector128<byte>.Count; i += Vector128<byte>.Count)
            {
                Widen(Vector128.Create(upper.Slice(i, Vector128<byte>.Count)), out var a0, out var a1, out var a2, out var a3);
                Widen(Vector128.Create(lower.Slice(i, Vector128<byte>.Count)), out var b0, out var b1, out var b2, out var b3);
                var target = MemoryMarshal.Cast<float, Vector128<float>>(result.Slice(i, Vector128<byte>.Count));
                target[0] = Blend(a0, b0, weight);
                target[1] = Blend(a1, b1, weight);
                target[2] = Blend(a2, b2, weight);
                target[3] = Blend(a3, b3, weight);
            }
        }
        for (; i < result.Length; i++)
        {
            float value = upper[i] + (lower[i] - upper[i]) * weight;
            result[i] = value * Scale - 1f;
        }

        static Vector128<float> Blend(Vector128<float> a, Vector128<float> b, float weight) =>
            (a + (b - a) * weight) * Scale - Vector128<float>.One;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Widen(Vector128<byte> bytes, out Vector128<float> a, out Vector128<float> b, out Vector128<float> c, out Vector128<float> d)
    {
        var (low, high) = Vector128.Widen(bytes);
        var (first, second) = Vector128.Widen(low);
        var (third, fourth) = Vector128.Widen(high);
        a = Vector128.ConvertToSingle(first.AsInt32());
        b = Vector128.ConvertToSingle(second.AsInt32());
        c = Vector128.ConvertToSingle(third.AsInt32());
        d = Vector128.ConvertToSingle(fourth.AsInt32());
    }

    // A vector holds a pixel and the number after it, which the next pixel overwrites; so the last pixel is no vector.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void BlendColumns(ReadOnlySpan<float> source, ReadOnlySpan<Tap> columns, Span<float> row, float outside)
    {
        int to = 0, vectors = Vector128.IsHardwareAccelerated ? columns.Length - 1 : 0;
        ref float from = ref MemoryMarshal.GetReference(source), result = ref MemoryMarshal.GetReference(row);
        foreach (var tap in columns[..vectors])
        {
            var pixel = Vector128.Create(outside);
            if (tap.First >= 0)
            {
                var left = Vector128.LoadUnsafe(ref from, (nuint)(tap.First * Channels));
                var right = Vector128.LoadUnsafe(ref from, (nuint)(tap.Second * Channels));
                pixel = left + (right - left) * tap.Weight;
            }
            pixel.StoreUnsafe(ref result, (nuint)to);
            to += Channels;
        }
        foreach (var tap in columns[vectors..])
        {
            for (int channel = 0; channel < Channels; channel++, to++)
            {
                float left = tap.First < 0 ? outside : source[tap.First * Channels + channel];
                float right = tap.First < 0 ? outside : source[tap.Second * Channels + channel];
                row[to] = left + (right - left) * tap.Weight;
            }
        }
    }

    /// <summary>The two source positions of a result position and the weight of the second; −1 lies outside the picture.</summary>
    private readonly record struct Tap(int First, int Second, float Weight);
}
