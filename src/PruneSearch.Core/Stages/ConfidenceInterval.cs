namespace PruneSearch.Core.Stages;

/// <summary>Where a figure lies with a probability of 95 %.</summary>
/// <param name="Low">Lower end; NaN where nothing could be computed.</param>
/// <param name="High">Upper end, not below the lower one; NaN where nothing could be computed.</param>
[GenerateSerializer, Immutable, Alias("prunesearch.ConfidenceInterval")]
public readonly record struct ConfidenceInterval([property: Id(0)] double Low, [property: Id(1)] double High)
{
    /// <summary>The percentile interval of bootstrap values: between the 2.5th and the 97.5th (Efron, Tibshirani 1993, chapter 13).</summary>
    /// <param name="values">A figure on each resample; those that are NaN say nothing.</param>
    public static ConfidenceInterval OfBootstrap(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Where(v => !double.IsNaN(v)).Order()];
        return sorted.Length == 0 ? new ConfidenceInterval(double.NaN, double.NaN) : new ConfidenceInterval(Quantile(sorted, .025), Quantile(sorted, .975));
    }

    // Linear between neighbours (type 7 of Hyndman, Fan 1996), as NumPy has it.
    private static double Quantile(double[] sorted, double share)
    {
        double place = share * (sorted.Length - 1);
        int below = (int)place;
        return below + 1 < sorted.Length ? sorted[below] + (place - below) * (sorted[below + 1] - sorted[below]) : sorted[below];
    }
}
