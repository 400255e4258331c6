using PruneSearch.Core.Stages;

namespace PruneSearch.Inference.Latency;

/// <summary>
/// Compares the speed of two models so that a noisy machine cannot fool anybody: both are loaded, and after a warm-up they
/// run alternately, in random order within each pair, until the confidence interval of their ratio is narrow enough or the
/// time is over. A model can be compared with itself: the ratio is then 1 but for noise.
/// </summary>
/// <param name="time">Tells the time; the system's monotonic clock outside tests.</param>
public sealed class LatencyMeter(TimeProvider time)
{
    // Looking at the interval costs time; it is looked at when there are this many times more pairs than at the last look.
    private const double Growth = 1.15;

    /// <summary>Measures exported models with ONNX Runtime.</summary>
    /// <param name="dense">The unpruned model's file.</param>
    /// <param name="candidate">The other model's file; the dense one itself measures dense against dense.</param>
    /// <param name="settings">Threads and time limit.</param>
    /// <param name="cancellation">Ends the measurement after the current pair.</param>
    /// <exception cref="FormatException">A file is no model that ONNX Runtime can run.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public LatencyReport Compare(byte[] dense, byte[] candidate, MeasureSettings settings, CancellationToken cancellation = default)
    {
        using var first = new OnnxLatencyEngine(dense, settings.Threads, "dense model");
        using var second = new OnnxLatencyEngine(candidate, settings.Threads, "candidate model");
        return Compare(first, second, LatencyOptions.From(settings), cancellation);
    }

    /// <summary>Measures two loaded models on the same device.</summary>
    /// <exception cref="ArgumentException">They are on different devices, or an option is outside its range.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public LatencyReport Compare(ILatencyEngine dense, ILatencyEngine candidate, LatencyOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new LatencyOptions();
        options.Validate();
        if (dense.Device != candidate.Device)
        {
            throw new ArgumentException($"Speeds on different devices cannot be compared: {dense.Device} and {candidate.Device}.");
        }
        var pairs = Measure(dense, candidate, options, cancellation);
        var (low, high) = pairs.Interval(options.Resamples, new Random(options.Seed));
        return new LatencyReport
        {
            Milliseconds = PairedLatencies.Median(pairs.Candidate),
            Percentile90 = EarlyStopping.Estimate(pairs.Candidate) ?? pairs.Candidate.Max(),
            DenseMilliseconds = PairedLatencies.Median(pairs.Dense),
            SpeedUp = pairs.SpeedUp,
            SpeedUpLow = low,
            SpeedUpHigh = high,
            Runs = pairs.Count,
            Converged = Enough(pairs, (low, high), options),
            Device = candidate.Device,
        };
    }

    private PairedLatencies Measure(ILatencyEngine dense, ILatencyEngine candidate, LatencyOptions options, CancellationToken cancellation)
    {
        for (int i = 0; i < options.WarmUpPairs; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            dense.Run();
            candidate.Run();
        }
        var order = new Random(options.Seed);
        var pairs = new PairedLatencies();
        long start = time.GetTimestamp();
        int look = Math.Max(options.MinimumPairs, EarlyStopping.MinimumRuns);
        while (pairs.Count < options.MinimumPairs || time.GetElapsedTime(start).TotalSeconds < options.MaxSeconds)
        {
            cancellation.ThrowIfCancellationRequested();
            AddPair(pairs, dense, candidate, denseFirst: order.Next(2) == 0);
            if (pairs.Count < look)
            {
                continue;
            }
            if (Enough(pairs, pairs.Interval(options.Resamples, new Random(options.Seed)), options))
            {
                break;
            }
            look = (int)Math.Ceiling(pairs.Count * Growth);
        }
        return pairs;
    }

    private void AddPair(PairedLatencies pairs, ILatencyEngine dense, ILatencyEngine candidate, bool denseFirst)
    {
        double first = Milliseconds(denseFirst ? dense : candidate), second = Milliseconds(denseFirst ? candidate : dense);
        pairs.Add(denseFirst ? first : second, denseFirst ? second : first);
    }

    private double Milliseconds(ILatencyEngine engine)
    {
        long start = time.GetTimestamp();
        engine.Run();
        return time.GetElapsedTime(start).TotalMilliseconds;
    }

    private static bool Enough(PairedLatencies pairs, (double Low, double High) interval, LatencyOptions options) =>
        pairs.Count >= EarlyStopping.MinimumRuns && (interval.High - interval.Low) / 2 <= options.TargetHalfWidth * pairs.SpeedUp;
}
