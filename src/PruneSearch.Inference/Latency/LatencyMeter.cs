using PruneSearch.Core.Settings;
using PruneSearch.Core.Stages;

namespace PruneSearch.Inference.Latency;

/// <summary>
/// Compares the speed of models so that a noisy machine cannot fool anybody: all are loaded, and after a warm-up they run
/// in turns, in random order within each round, until the confidence intervals of their ratios to the dense model are narrow
/// enough or the time is over. A model can be compared with itself: the ratio is then 1 but for noise.
/// </summary>
/// <param name="time">Tells the time; the system's monotonic clock outside tests.</param>
public sealed class LatencyMeter(TimeProvider time)
{
    // Looking at the intervals costs time; they are looked at when there are this many times more rounds than at the last look.
    private const double Growth = 1.15;

    /// <summary>Measures exported models with ONNX Runtime.</summary>
    /// <param name="dense">The unpruned model's file.</param>
    /// <param name="candidate">The other model's file; the dense one itself measures dense against dense.</param>
    /// <param name="settings">Threads and time limit.</param>
    /// <param name="cancellation">Ends the measurement after the current run.</param>
    /// <exception cref="FormatException">A file is no model that ONNX Runtime can run.</exception>
    /// <exception cref="ArgumentException">The settings ask for another engine, or a number is outside its range.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public LatencyReport Compare(byte[] dense, byte[] candidate, MeasureSettings settings, CancellationToken cancellation = default)
    {
        if (settings.Engine != MeasuringEngine.OnnxRuntime)
        {
            throw new ArgumentException($"Engine '{EnumNames.Of(settings.Engine)}' does not run exported files; expected '{EnumNames.Of(MeasuringEngine.OnnxRuntime)}'.", nameof(settings));
        }
        using var first = new OnnxLatencyEngine(dense, settings.Threads, "dense model");
        using var second = new OnnxLatencyEngine(candidate, settings.Threads, "candidate model");
        return Compare(first, second, LatencyOptions.From(settings), cancellation);
    }

    /// <summary>Measures two loaded models on the same device.</summary>
    /// <exception cref="ArgumentException">They are on different devices, or an option is outside its range.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public LatencyReport Compare(ILatencyEngine dense, ILatencyEngine candidate, LatencyOptions? options = null, CancellationToken cancellation = default) =>
        CompareAll(dense, [candidate], options, cancellation)[0];

    /// <summary>Measures any number of loaded models on the same device in one run.</summary>
    /// <returns>One report for each candidate.</returns>
    /// <exception cref="ArgumentException">They are on different devices, there are no candidates, or an option is outside its range.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IReadOnlyList<LatencyReport> CompareAll(ILatencyEngine dense, IReadOnlyList<ILatencyEngine> candidates, LatencyOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new LatencyOptions();
        options.Validate();
        if (candidates.Count == 0)
        {
            throw new ArgumentException("There is no model to compare with the dense one.", nameof(candidates));
        }
        if (candidates.FirstOrDefault(c => c.Device != dense.Device) is { } other)
        {
            throw new ArgumentException($"Speeds on different devices cannot be compared: {dense.Device} and {other.Device}.", nameof(candidates));
        }
        return [.. Measure([dense, .. candidates], options, cancellation).Select(pairs => Report(pairs, dense.Device, options))];
    }

    private PairedLatencies[] Measure(ILatencyEngine[] engines, LatencyOptions options, CancellationToken cancellation)
    {
        for (int i = 0; i < options.WarmUpRounds; i++)
        {
            foreach (var engine in engines)
            {
                cancellation.ThrowIfCancellationRequested();
                engine.Run();
            }
        }
        var random = new Random(options.Seed);
        PairedLatencies[] pairs = [.. engines.Skip(1).Select(_ => new PairedLatencies())];
        int[] order = [.. Enumerable.Range(0, engines.Length)];
        double[] latencies = new double[engines.Length];
        long start = time.GetTimestamp();
        int look = Math.Max(options.MinimumRounds, EarlyStopping.MinimumRuns);
        while (pairs[0].Count < options.MinimumRounds || time.GetElapsedTime(start).TotalSeconds < options.MaxSeconds)
        {
            random.Shuffle(order);
            foreach (int i in order)
            {
                cancellation.ThrowIfCancellationRequested();
                latencies[i] = Milliseconds(engines[i]);
            }
            for (int i = 0; i < pairs.Length; i++)
            {
                pairs[i].Add(latencies[0], latencies[i + 1]);
            }
            if (pairs[0].Count >= look)
            {
                if (pairs.All(p => Enough(p, p.Interval(options.Resamples, new Random(options.Seed)), options)))
                {
                    break;
                }
                look = (int)Math.Ceiling(pairs[0].Count * Growth);
            }
        }
        return pairs;
    }

    private double Milliseconds(ILatencyEngine engine)
    {
        long start = time.GetTimestamp();
        engine.Run();
        return time.GetElapsedTime(start).TotalMilliseconds;
    }

    private static LatencyReport Report(PairedLatencies pairs, MeasuringDevice device, LatencyOptions options)
    {
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
            Device = device,
            MaxSeconds = options.MaxSeconds,
        };
    }

    // Too few runs for the percentile are not enough, however narrow the interval.
    private static bool Enough(PairedLatencies pairs, (double Low, double High) interval, LatencyOptions options) =>
        pairs.Count >= EarlyStopping.MinimumRuns && (interval.High - interval.Low) / 2 <= options.TargetHalfWidth * pairs.SpeedUp;
}
