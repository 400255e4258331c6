namespace PruneSearch.Core.Comparisons;

/// <summary>Student's t distribution: how far the mean of few normal values may be from the truth.</summary>
public static class StudentT
{
    // 97.5 % quantiles for 1 to 30 degrees of freedom.
    private static readonly double[] Quantiles =
    [
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
        2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
    ];

    private const double NormalQuantile = 1.959964;

    /// <summary>Half of the width of the 95 % interval of the mean: the 97.5 % quantile times the standard error; NaN of fewer than two values.</summary>
    public static double HalfWidth(Spread values) => values.Count < 2 ? double.NaN : Quantile(values.Count - 1) * values.StandardError;

    // Beyond the table: two terms of the expansion around the normal distribution (Abramowitz, Stegun 26.7.5).
    private static double Quantile(int freedom)
    {
        if (freedom <= Quantiles.Length)
        {
            return Quantiles[freedom - 1];
        }
        const double z = NormalQuantile;
        return z + (Math.Pow(z, 3) + z) / (4.0 * freedom) + (5 * Math.Pow(z, 5) + 16 * Math.Pow(z, 3) + 3 * z) / (96.0 * freedom * freedom);
    }
}
