namespace PruneSearch.Core.Comparisons;

/// <summary>Mean and spread of a figure over runs that differ in their seed alone.</summary>
/// <param name="Mean">Arithmetic mean; NaN of no values.</param>
/// <param name="Deviation">Sample standard deviation, with n − 1 below the fraction; NaN of fewer than two values.</param>
/// <param name="Count">Number of values.</param>
public readonly record struct Spread(double Mean, double Deviation, int Count)
{
    /// <summary>Deviation of the mean itself: the sample deviation over √n.</summary>
    public double StandardError => Deviation / Math.Sqrt(Count);

    /// <summary>The spread of some values.</summary>
    public static Spread Of(IEnumerable<double> values)
    {
        double[] all = [.. values];
        double mean = all.Length == 0 ? double.NaN : all.Average();
        double squares = all.Sum(v => (v - mean) * (v - mean));
        return new Spread(mean, all.Length < 2 ? double.NaN : Math.Sqrt(squares / (all.Length - 1)), all.Length);
    }
}
