namespace PruneSearch.Detection.Networks;

/// <summary>Statistics of the channels of a batch, and what a batch norm makes of them.</summary>
/// <param name="channels">Channels; each as often as it stands in a row.</param>
/// <param name="count">Values of each channel, at least 2.</param>
internal sealed class NormMoments(int channels, long count)
{
    /// <summary>Values of each channel.</summary>
    public long Count => count;

    /// <summary>Mean of each channel.</summary>
    public float[] Mean { get; private init; } = new float[channels];

    /// <summary>Variance of each channel, divided by <see cref="Count"/>.</summary>
    public float[] Variance { get; private init; } = new float[channels];

    /// <summary>One over the deviation.</summary>
    public float[] Inverse { get; private init; } = new float[channels];

    /// <summary>What a value is multiplied by.</summary>
    public float[] Scale { get; private init; } = new float[channels];

    /// <summary>What is added to the product.</summary>
    public float[] Shift { get; private init; } = new float[channels];

    /// <summary>
    /// Joins statistics of pieces: the sum of squares about the common mean follows from those about the means of the pieces (Chan
    /// et al. 1983).
    /// </summary>
    /// <param name="means">Means <c>[pieces, channels]</c>.</param>
    /// <param name="squares">Sums of squares about them.</param>
    /// <param name="counts">Values of a channel in each piece.</param>
    public void Join(float[] means, float[] squares, IReadOnlyList<int> counts)
    {
        for (int c = 0; c < channels; c++)
        {
            double sum = 0, square = 0;
            for (int p = 0; p < counts.Count; p++)
            {
                sum += (double)means[p * channels + c] * counts[p];
            }
            double mean = sum / count;
            for (int p = 0; p < counts.Count; p++)
            {
                double apart = means[p * channels + c] - mean;
                square += squares[p * channels + c] + apart * apart * counts[p];
            }
            (Mean[c], Variance[c]) = ((float)mean, (float)(square / count));
        }
    }

    /// <summary>Merges statistics and the norm's own scale and shift into one product and one sum.</summary>
    public void Finish(ReadOnlySpan<float> weight, ReadOnlySpan<float> bias, double epsilon)
    {
        for (int c = 0; c < channels; c++)
        {
            Inverse[c] = (float)(1 / Math.Sqrt(Variance[c] + epsilon));
            Scale[c] = weight[c] * Inverse[c];
            Shift[c] = bias[c] - Mean[c] * Scale[c];
        }
    }

    /// <summary>The same for rows in which each channel stands several times.</summary>
    public NormMoments Repeated(int times) => times == 1 ? this : new NormMoments(channels * times, count)
    {
        Mean = Repeat(Mean, times),
        Variance = Repeat(Variance, times),
        Inverse = Repeat(Inverse, times),
        Scale = Repeat(Scale, times),
        Shift = Repeat(Shift, times),
    };

    /// <summary>Values one after the other, several times.</summary>
    public static float[] Repeat(float[] values, int times) => [.. Enumerable.Repeat(values, times).SelectMany(v => v)];
}
