namespace PruneSearch.Core.Comparisons;

/// <summary>
/// How two arms differ when each run of one is compared with the run of the other that has the same seed, and so the same
/// dense detector and order of pictures: what both owe to that cancels. The interval is that of the paired t-test (Student 1908).
/// </summary>
public sealed record PairedDifference
{
    private PairedDifference(Spread differences) => Differences = differences;

    /// <summary>First minus second, seed by seed.</summary>
    public Spread Differences { get; }

    /// <summary>Half of the width of the 95 % interval of the mean difference; NaN with fewer than two seeds.</summary>
    public double HalfWidth => StudentT.HalfWidth(Differences);

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
}
