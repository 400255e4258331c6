using System.Runtime.InteropServices;
using PruneSearch.Inference.Onnx.Schema;

namespace PruneSearch.Inference.Quantisation;

/// <summary>
/// How much of what a convolution answers is noise once its input and its output are bytes. All channels of an activation share
/// one step, an even 1/255 of the range of the loudest: where one channel is a hundred times as loud as another, the steps swallow
/// the quiet one, whatever the ranges of the rest.
/// </summary>
internal static class QuantisationNoise
{
    private const double Silent = 1e-3;

    /// <summary>
    /// Variance of the rounding noise of bytes over the variance of the values, mean over the output channels, each at most 1: there nothing is
    /// left of a channel. Channels with less than a thousandth of the mean variance do not count: most of them died in training.
    /// </summary>
    /// <param name="weight">Its constant weight <c>[out, in / groups, rows, columns]</c>.</param>
    /// <param name="input">Range of its input.</param>
    /// <param name="output">Range of its output.</param>
    /// <param name="variances">Variance of each output channel.</param>
    public static double Of(TensorProto weight, (float Low, float High) input, (float Low, float High) output, IReadOnlyList<double> variances)
    {
        var values = MemoryMarshal.Cast<byte, float>(weight.RawData.Span);
        int channels = (int)weight.Dims[0], perChannel = values.Length / channels, heard = 0;
        double before = Rounding(input), after = Rounding(output), least = Silent * variances.Average(), sum = 0;
        for (int c = 0; c < channels; c++)
        {
            if (variances[c] <= least)
            {
                continue;
            }
            double gain = 0;
            foreach (float w in values.Slice(c * perChannel, perChannel))
            {
                gain += (double)w * w;
            }
            sum += Math.Min(1, (gain * before + after) / variances[c]);
            heard++;
        }
        return sum / Math.Max(1, heard);
    }

    // Variance of what rounding to steps adds: the square of a step over twelve.
    private static double Rounding((float Low, float High) range)
    {
        double step = ((double)range.High - range.Low) / byte.MaxValue;
        return step * step / 12;
    }
}
