namespace PruneSearch.Detection.Import;

/// <summary>Mean and variance of each channel over any number of feature maps, accumulated in double precision.</summary>
internal sealed class ChannelMoments(int channels)
{
    private readonly double[] _sum = new double[channels];
    private readonly double[] _squares = new double[channels];
    private long _count;

    /// <summary>Whether there were values enough for a variance: two of each channel.</summary>
    public bool HasVariance => _count > 1;

    /// <summary>Takes a feature map <c>[N, channels, H, W]</c> in.</summary>
    public void Add(Tensor map)
    {
        using var scope = NewDisposeScope();
        var values = map.to(ScalarType.Float64);
        var sums = values.sum([0, 2, 3]).cpu().data<double>();
        var squares = values.Squared().sum([0, 2, 3]).cpu().data<double>();
        for (int c = 0; c < channels; c++)
        {
            _sum[c] += sums[c];
            _squares[c] += squares[c];
        }
        _count += map.shape[0] * map.shape[2] * map.shape[3];
    }

    /// <summary>The moments so far; the variance is that of the population, and 1, as of a new batch norm, where a single value has none.</summary>
    public (double[] Mean, double[] Variance) Moments()
    {
        double[] mean = [.. _sum.Select(s => s / _count)];
        return (mean, [.. _squares.Select((q, c) => HasVariance ? Math.Max(q / _count - mean[c] * mean[c], 0) : 1)]);
    }
}
