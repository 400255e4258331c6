namespace PruneSearch.Inference.Latency;

/// <summary>Latencies of two models that ran alternately: pair i holds one run of each, close together in time.</summary>
public sealed class PairedLatencies
{
    private readonly List<double> _dense = [], _candidate = [];

    /// <summary>Latencies of the dense model, in order of measurement.</summary>
    public IReadOnlyList<double> Dense => _dense;

    /// <summary>Latencies of the model that is compared with it.</summary>
    public IReadOnlyList<double> Candidate => _candidate;

    /// <summary>Number of pairs.</summary>
    public int Count => _dense.Count;

    /// <summary>Median of the dense model over median of the candidate: above 1 is faster than dense.</summary>
    public double SpeedUp => Median(_dense) / Median(_candidate);

    /// <summary>Adds a pair of latencies, both in the same unit and above 0.</summary>
    public void Add(double dense, double candidate)
    {
        _dense.Add(dense);
        _candidate.Add(candidate);
    }

    /// <summary>
    /// 95 % confidence interval of <see cref="SpeedUp"/> by the circular block bootstrap (Politis and Romano 1992): whole
    /// stretches of neighbouring pairs are drawn, because what disturbs a machine lasts longer than one run.
    /// </summary>
    /// <param name="resamples">Resamples, at least 100.</param>
    /// <param name="random">Draws them.</param>
    /// <exception cref="InvalidOperationException">There are no pairs.</exception>
    public (double Low, double High) Interval(int resamples, Random random)
    {
        int n = Count;
        if (n == 0)
        {
            throw new InvalidOperationException("An interval needs at least one pair of latencies.");
        }
        int block = (int)Math.Ceiling(Math.Cbrt(n));
        int[] denseOrder = Order(_dense), candidateOrder = Order(_candidate), times = new int[n];
        double[] ratios = new double[resamples];
        for (int r = 0; r < resamples; r++)
        {
            Array.Clear(times);
            for (int drawn = 0, at = 0; drawn < n; drawn++, at++)
            {
                at = drawn % block == 0 ? random.Next(n) : at;
                times[at % n]++;
            }
            ratios[r] = Median(_dense, denseOrder, times) / Median(_candidate, candidateOrder, times);
        }
        Array.Sort(ratios);
        return (Quantile(ratios, 0.025), Quantile(ratios, 0.975));
    }

    /// <summary>The middle value, or the mean of the two middle ones.</summary>
    public static double Median(IReadOnlyCollection<double> values) => Quantile([.. values.Order()], 0.5);

    private static int[] Order(List<double> values) => [.. Enumerable.Range(0, values.Count).OrderBy(i => values[i])];

    // The median of a sample in which value i stands times[i] times.
    private static double Median(List<double> values, int[] order, int[] times)
    {
        int lower = (values.Count - 1) / 2, upper = values.Count / 2, seen = 0;
        double first = double.NaN;
        foreach (int i in order)
        {
            seen += times[i];
            first = double.IsNaN(first) && seen > lower ? values[i] : first;
            if (seen > upper)
            {
                return (first + values[i]) / 2;
            }
        }
        throw new InvalidOperationException("A resample has as many values as the sample.");
    }

    private static double Quantile(double[] sorted, double share)
    {
        double position = share * (sorted.Length - 1);
        int below = (int)position;
        return below + 1 < sorted.Length ? sorted[below] + (position - below) * (sorted[below + 1] - sorted[below]) : sorted[below];
    }
}
