using PruneSearch.Core.Detectors.Rules;

namespace PruneSearch.Data.Loading;

/// <summary>Makes the numbers that a detector wants from pixels in RGB from −1 to 1, which is what pictures are resampled to.</summary>
/// <param name="rule">What it wants.</param>
public sealed class InputPixels(InputRule rule)
{
    private const int Channels = 3;
    private const double Half = 127.5;

    private readonly bool _asTheyAre = rule.Channels == ChannelOrder.Rgb && rule.Mean.All(m => m == Half) && rule.Deviation.All(d => d == Half);
    private readonly float[] _scale = [.. rule.Deviation.Select(d => (float)(Half / d))];
    private readonly float[] _shift = [.. rule.Mean.Zip(rule.Deviation, (m, d) => (float)((Half - m) / d))];

    /// <summary>What lies outside a picture, from −1 to 1.</summary>
    public float Outside { get; } = (float)(rule.Fill / Half - 1);

    /// <summary>Converts pixels <c>[rows, columns, 3]</c> in place.</summary>
    public void Convert(Span<float> pixels)
    {
        if (_asTheyAre)
        {
            return;
        }
        int first = rule.Channels == ChannelOrder.Bgr ? 2 : 0, last = 2 - first;
        var (scale, shift) = ((_scale[0], _scale[1], _scale[2]), (_shift[0], _shift[1], _shift[2]));
        for (int i = 0; i <= pixels.Length - Channels; i += Channels)
        {
            var (a, b, c) = (pixels[i + first], pixels[i + 1], pixels[i + last]);
            pixels[i] = a * scale.Item1 + shift.Item1;
            pixels[i + 1] = b * scale.Item2 + shift.Item2;
            pixels[i + 2] = c * scale.Item3 + shift.Item3;
        }
    }
}
