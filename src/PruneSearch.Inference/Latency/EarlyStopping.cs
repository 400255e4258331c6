namespace PruneSearch.Inference.Latency;

/// <summary>
/// The tail latency that MLPerf Inference reports for its SingleStream scenario: the 90th percentile as the early-stopping
/// rule estimates it (github.com/mlcommons/inference_policies, inference_rules.adoc, appendix "Early Stopping"). With few
/// runs it lies above the plain percentile, so that the true one is below it with 99 % confidence.
/// </summary>
public static class EarlyStopping
{
    /// <summary>The percentile that is estimated.</summary>
    public const double Percentile = 0.9;

    /// <summary>How sure the estimate is an upper bound.</summary>
    public const double Confidence = 0.99;

    /// <summary>Fewest runs that allow an estimate: 64.</summary>
    public static int MinimumRuns { get; } = RunsFor(1);

    /// <summary>
    /// The estimate: the t-th largest latency, where t is the largest number of slow runs that still shows, with the
    /// confidence asked for, that at least 90 % of all runs would be faster.
    /// </summary>
    /// <param name="latencies">Latencies in any order.</param>
    /// <returns><see langword="null"/> with fewer than <see cref="MinimumRuns"/> latencies.</returns>
    public static double? Estimate(IReadOnlyCollection<double> latencies)
    {
        if (latencies.Count < MinimumRuns)
        {
            return null;
        }
        int slow = 1;
        while (Passes(latencies.Count, slow + 1))
        {
            slow++;
        }
        return latencies.Order().ElementAt(latencies.Count - slow);
    }

    private static int RunsFor(int slow)
    {
        int runs = slow;
        while (!Passes(runs, slow))
        {
            runs++;
        }
        return runs;
    }

    // If a share of only 90 % were fast, at most `slow` slow ones among `runs` would be seen with this probability.
    private static bool Passes(int runs, int slow)
    {
        double term = runs * Math.Log(Percentile), odds = Math.Log((1 - Percentile) / Percentile), sum = Math.Exp(term);
        for (int k = 1; k <= Math.Min(slow, runs); k++)
        {
            term += Math.Log((double)(runs - k + 1) / k) + odds;
            sum += Math.Exp(term);
        }
        return sum <= 1 - Confidence;
    }
}
