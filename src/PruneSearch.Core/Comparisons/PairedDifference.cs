namespace PruneSearch.Core.Comparisons;

/// <summary>
/// How two arms differ when each run of one is compared with the run of the other that has the same seed, and so the same
/// dense detector and order of pictures: what both owe to that cancels. The interval is that of the paired t-test (Student 1908).
/// </summary>
public sealed record PairedDifference
{
    // 97.5 % quantiles of Student's t for 1 to 30 degrees of freedom.
    private static readonly double[] Quantiles =
    [
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
        2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
    ];

    private const double NormalQuantile = 1.959964;

    private PairedDifference(Spread differences) => Differences = differences;

    /// <summary>First minus second, seed by seed.</summary>
    public Spread Differences { get; }

    /// <summary>Half of the width of the 95 % interval of the mean difference; NaN with fewer than two seeds.</summary>
    public double HalfWidth => Differences.Count < 2 ? double.NaN : Quantile(Differences.Count - 1) * Differences.StandardError;

    /// <summary>Whether the interval leaves zero out. Never with fewer than two seeds.</summary>
    public bool IsBeyondSpread => Math.Abs(Differences.Mean) > HalfWidth;

    /// <summary>The difference over the seeds that both have.</summary>
    /// <param name="first">A figure by seed.</param>
    /// <param name="second">The same figure of the other arm.</param>
    /// <returns><see langword="null"/> when they have no seed in common.</returns>
    public static PairedDifference? Of(IReadOnlyDictionary<int, double> first, IReadOnlyDictionary<int, double> second)
    {
        double[] differences = [.. first.Where(f => second.ContainsKey(f.Key)).OrderBy(f => f.Key).Select(f => f.Value - second[f.Key])];
        return differences.Length == 0 ? null : new PairedDifference(Spread.Of(differences));
    }

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
