using System.Buffers;

namespace PruneSearch.Data.Images;

/// <summary>
/// Bilinear resampling with half-pixel centres and without low-pass filter: what PyTorch computes for
/// <c>interpolate(mode="bilinear", align_corners=False)</c>.
/// </summary>
public static class ImageResampler
{
    /// <summary>Stretches a picture, or a window of its plane, to a square of numbers from −1 (black) to 1 (white).</summary>
    /// <param name="image">The picture.</param>
    /// <param name="window">What part of its plane; outside the picture the numbers are 0 (mid grey).</param>
    /// <param name="flip">Whether the result is mirrored left to right.</param>
    /// <param name="size">Edge of the result in pixels, at least 1.</param>
    /// <param name="destination">Receives <c>[size, size, 3]</c>.</param>
    public static void Resample(RgbImage image, PixelWindow window, bool flip, int size, Span<float> destination)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfNotEqual(destination.Length, size * size * 3);
        var columns = ArrayPool<Tap>.Shared.Rent(size);
        var rows = ArrayPool<Tap>.Shared.Rent(size);
        float[] blended = ArrayPool<float>.Shared.Rent(image.Width * 3);
        try
        {
            Fill(columns.AsSpan(0, size), window.X * image.Width, window.Width * image.Width, image.Width);
            Fill(rows.AsSpan(0, size), window.Y * image.Height, window.Height * image.Height, image.Height);
            if (flip)
            {
                columns.AsSpan(0, size).Reverse();
            }
            for (int y = 0; y < size; y++)
            {
                var row = destination.Slice(y * size * 3, size * 3);
                if (rows[y].First < 0)
                {
                    row.Clear();
                    continue;
                }
                BlendRows(image, rows[y], blended);
                BlendColumns(blended, columns.AsSpan(0, size), row);
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

    private static void BlendRows(RgbImage image, Tap tap, float[] blended)
    {
        int stride = image.Width * 3;
        var upper = image.Pixels.AsSpan(tap.First * stride, stride);
        var lower = image.Pixels.AsSpan(tap.Second * stride, stride);
        var result = blended.AsSpan(0, stride);
        const float Scale = 1 / 127.5f;
        float weight = tap.Weight;
        for (int i = 0; i < result.Length; i++)
        {
            float value = upper[i] + (lower[i] - upper[i]) * weight;
            result[i] = value * Scale - 1f;
        }
    }

    private static void BlendColumns(ReadOnlySpan<float> source, ReadOnlySpan<Tap> columns, Span<float> row)
    {
        int to = 0;
        foreach (var tap in columns)
        {
            var result = row.Slice(to, 3);
            to += 3;
            if (tap.First < 0)
            {
                result.Clear();
                continue;
            }
            var left = source.Slice(tap.First * 3, 3);
            var right = source.Slice(tap.Second * 3, 3);
            result[0] = left[0] + (right[0] - left[0]) * tap.Weight;
            result[1] = left[1] + (right[1] - left[1]) * tap.Weight;
            result[2] = left[2] + (right[2] - left[2]) * tap.Weight;
        }
    }

    /// <summary>The two source positions of a result position and the weight of the second; −1 lies outside the picture.</summary>
    private readonly record struct Tap(int First, int Second, float Weight);
}
