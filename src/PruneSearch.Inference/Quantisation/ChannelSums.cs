using System.Numerics.Tensors;

namespace PruneSearch.Inference.Quantisation;

/// <summary>Adds up the values of an activation, picture by picture and channel by channel.</summary>
internal sealed class ChannelSums(int channels)
{
    private readonly double[] _means = new double[channels], _squares = new double[channels];
    private double _count;

    /// <summary>Smallest value so far, at most 0.</summary>
    public float Low { get; private set; }

    /// <summary>Largest value so far, at least 0.</summary>
    public float High { get; private set; }

    /// <summary>Takes the values of a picture in: <c>[1, channels, height, width]</c>.</summary>
    public void Add(ReadOnlySpan<float> values)
    {
        int positions = values.Length / channels;
        Low = Math.Min(Low, TensorPrimitives.Min(values));
        High = Math.Max(High, TensorPrimitives.Max(values));
        for (int c = 0; c < channels; c++)
        {
            // Chan et al. 1983: the sum of squares about the common mean follows from those about the means of both parts.
            var own = values.Slice(c * positions, positions);
            double mean = TensorPrimitives.Sum(own) / (double)positions, square = 0;
            foreach (float value in own)
            {
                square += (value - mean) * (value - mean);
            }
            double apart = mean - _means[c], total = _count + positions;
            _means[c] += apart * positions / total;
            _squares[c] += square + apart * apart * _count * positions / total;
        }
        _count += positions;
    }

    /// <summary>Variance of each channel.</summary>
    public double[] Variances() => [.. _squares.Select(s => s / _count)];
}
