using PruneSearch.Core.Comparisons;

namespace PruneSearch.Inference.Latency;

/// <summary>
/// Latencies of two models that ran in turns, in sessions for which both were loaded anew. What stays the same while a model
/// is loaded, as its place in memory, makes all runs of a session faster or slower together: sessions are independent, runs are
/// not. So the speed-up is that of the average session, and its interval follows from the scatter between sessions alone
/// (Kalibera, Jones 2013, "Rigorous benchmarking in reasonable time"; Student 1908).
/// </summary>
public sealed class PairedLatencies
{
    private readonly List<double> _dense = [], _candidate = [], _logRatios = [];
    private int _sessionStart;

    /// <summary>Latencies of the dense model, in order of measurement.</summary>
    public IReadOnlyList<double> Dense => _dense;

    /// <summary>Latencies of the model that is compared with it.</summary>
    public IReadOnlyList<double> Candidate => _candidate;

    /// <summary>Pairs of runs that were timed.</summary>
    public int Count => _dense.Count;

    /// <summary>Number of sessions that ended.</summary>
    public int Sessions => _logRatios.Count;

    /// <summary>Median of dense over candidate in each session that ended.</summary>
    public IEnumerable<double> SessionSpeedUps => _logRatios.Select(Math.Exp);

    /// <summary>Geometric mean over sessions of dense over candidate, above 1 is faster than dense; NaN before the first session ended.</summary>
    public double SpeedUp => Math.Exp(Spread.Of(_logRatios).Mean);

    /// <summary>Adds a pair of latencies from one round, both in the same unit and above 0.</summary>
    public void Add(double dense, double candidate)
    {
        _dense.Add(dense);
        _candidate.Add(candidate);
    }

    /// <summary>Ends a session: its ratio is the median over its rounds, which what disturbs single runs does not move.</summary>
    /// <exception cref="InvalidOperationException">It has no rounds.</exception>
    public void EndSession()
    {
        if (_sessionStart == Count)
        {
            throw new InvalidOperationException("A session needs at least one pair of latencies.");
        }
        _logRatios.Add(Median([.. Enumerable.Range(_sessionStart, Count - _sessionStart).Select(i => Math.Log(_dense[i] / _candidate[i]))]));
        _sessionStart = Count;
    }

    /// <summary>95 % confidence interval of <see cref="SpeedUp"/>: Student's t over the logarithms of the sessions' ratios.</summary>
    /// <exception cref="InvalidOperationException">Fewer than two sessions ended.</exception>
    public (double Low, double High) Interval()
    {
        if (Sessions < 2)
        {
            throw new InvalidOperationException($"An interval needs at least two sessions, but {Sessions} ended.");
        }
        var spread = Spread.Of(_logRatios);
        double half = StudentT.HalfWidth(spread);
        return (Math.Exp(spread.Mean - half), Math.Exp(spread.Mean + half));
    }

    /// <summary>The middle value, or the mean of the two middle ones.</summary>
    public static double Median(IReadOnlyCollection<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
