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
    /// <summary>
    /// Variance of the rounding noise of bytes over the variance of the values, mean over the output channels, each at most 1: there nothing is
    /// left of a channel.
    /// </summary>
    /// <param name="weight">Its constant weight <c>[out, in / groups, rows, columns]</c>.</param>
    /// <param name="input">Range of its input.</param>
    /// <param name="output">Range of its output.</param>
    /// <param name="variances">Variance of each output channel.</param>
    public static double Of(TensorProto weight, (float Low, float High) input, (float Low, float High) output, IReadOnlyList<double> variances)
    {
        var values = MemoryMarshal.Cast<byte, float>(weight.RawData.Span);
        int channels = (int)weight.Dims[0], perChannel = values.Length / channels;
        double before = Rounding(input), after = Rounding(output), sum = 0;
        for (int c = 0; c < channels; c++)
        {
            double gain = 0;
            foreach (float w in values.Slice(c * perChannel, perChannel))
            {
                gain += (double)w * w;
            }
            double noise = gain * before + after;
            sum += noise > 0 ? Math.Min(1, noise / Math.Max(variances[c], double.Epsilon)) : 0;
        }
        return sum / channels;
    }

    // Variance of what rounding to steps adds: the square of a step over twelve.
    private static double Rounding((float Low, float High) range)
    {
        double step = ((double)range.High - range.Low) / byte.MaxValue;
        return step * step / 12;
    }
}
