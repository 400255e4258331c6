using PruneSearch.Core.Settings;
using PruneSearch.Core.Stages;

namespace PruneSearch.Inference.Latency;

/// <summary>
/// Compares the speed of models so that a noisy machine cannot fool anybody. In each of several sessions all models are loaded
/// anew, warmed up, and run in turns, in random order within each round. Sessions follow one another until the confidence
/// intervals of all ratios to the dense model are narrow enough or the time is over. A model can be compared with itself: the
/// interval of the ratio then holds 1, but for one measurement in twenty.
/// </summary>
/// <param name="time">Tells the time; the system's monotonic clock outside tests.</param>
public sealed class LatencyMeter(TimeProvider time)
{
    /// <summary>What results of this method are kept under; measurements of earlier ones are made anew.</summary>
    public const string Method = "sessions";

    /// <summary>Measures exported models with ONNX Runtime.</summary>
    /// <param name="dense">The unpruned model's file.</param>
    /// <param name="candidate">The other model's file; the dense one itself measures dense against dense.</param>
    /// <param name="settings">Threads and time limit.</param>
    /// <param name="cancellation">Ends the measurement after the current run.</param>
    /// <exception cref="FormatException">A file is no model that ONNX Runtime can run.</exception>
    /// <exception cref="ArgumentException">The settings ask for another engine, or a number is outside its range.</exception>
    /// <exception cref="InputUnavailableException">This machine's clock is too coarse for them.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public LatencyReport Compare(byte[] dense, byte[] candidate, MeasureSettings settings, CancellationToken cancellation = default)
    {
        if (settings.Engine != MeasuringEngine.OnnxRuntime)
        {
            throw new ArgumentException($"Engine '{EnumNames.Of(settings.Engine)}' does not run exported files; expected " +
                $"'{EnumNames.Of(MeasuringEngine.OnnxRuntime)}'.", nameof(settings));
        }
        return Compare(
            () => new OnnxLatencyEngine(dense, settings.Threads, "dense model"),
            () => new OnnxLatencyEngine(candidate, settings.Threads, "candidate model"), LatencyOptions.From(settings), cancellation);
    }

    /// <summary>Measures two models on the same device.</summary>
    /// <param name="dense">Loads the unpruned model; called for every session.</param>
    /// <param name="candidate">Loads the other one.</param>
    /// <param name="options">How long.</param>
    /// <param name="cancellation">Ends the measurement after the current run.</param>
    /// <exception cref="ArgumentException">They are on different devices, or an option is outside its range.</exception>
    /// <exception cref="InputUnavailableException">This machine's clock is too coarse for them.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public LatencyReport Compare(Func<ILatencyEngine> dense, Func<ILatencyEngine> candidate, LatencyOptions? options = null,
        CancellationToken cancellation = default) =>
        CompareAll(dense, [candidate], options, cancellation)[0];

    /// <summary>Measures any number of models on the same device.</summary>
    /// <returns>One report for each candidate.</returns>
    /// <exception cref="ArgumentException">They are on different devices, there are no candidates, or an option is outside its range.</exception>
    /// <exception cref="InputUnavailableException">This machine's clock is too coarse for them.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IReadOnlyList<LatencyReport> CompareAll(
        Func<ILatencyEngine> dense, IReadOnlyList<Func<ILatencyEngine>> candidates, LatencyOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new LatencyOptions();
        options.Validate();
        if (candidates.Count == 0)
        {
            throw new ArgumentException("There is no model to compare with the dense one.", nameof(candidates));
        }
        Func<ILatencyEngine>[] models = [dense, .. candidates];
        PairedLatencies[] pairs = [.. candidates.Select(_ => new PairedLatencies())];
        var random = new Random(options.Seed);
        int[] order = [.. Enumerable.Range(0, models.Length)];
        MeasuringDevice? device = null;
        var clock = new ClockStep(time);
        long start = time.GetTimestamp();
        bool InTime() => time.GetElapsedTime(start).TotalSeconds < options.MaxSeconds;
        for (int i = 0; i < options.MinimumSessions || (InTime() && !pairs.All(p => IsEnough(p, options))); i++)
        {
            // Two sessions load in opposite orders, so that what the order does to one, it does to the other the other way round.
            if (i % 2 == 0)
            {
                random.Shuffle(order);
            }
            else
            {
                Array.Reverse(order);
            }
            using var session = new MeasuringSession(models, order, time, random);
            device = session.Device;
            session.Measure(pairs, options, InTime, cancellation);
            clock.Require(pairs[0].Dense);
            foreach (var pair in pairs)
            {
                clock.Require(pair.Candidate);
            }
        }
        return [.. pairs.Select(p => Report(p, device!, options))];
    }

    private static LatencyReport Report(PairedLatencies pairs, MeasuringDevice device, LatencyOptions options)
    {
        var (low, high) = pairs.Interval();
        return new LatencyReport
        {
            Milliseconds = PairedLatencies.Median(pairs.Candidate),
            Percentile90 = EarlyStopping.Estimate(pairs.Candidate) ?? pairs.Candidate.Max(),
            DenseMilliseconds = PairedLatencies.Median(pairs.Dense),
            SpeedUp = pairs.SpeedUp,
            SpeedUpLow = low,
            SpeedUpHigh = high,
            Runs = pairs.Count,
            Sessions = pairs.Sessions,
            SessionSpeedUps = pairs.SessionSpeedUps.ToArray(),
            Converged = IsEnough(pairs, options),
            Device = device,
            MaxSeconds = options.MaxSeconds,
        };
    }

    // Too few runs for the percentile are not enough, however narrow the interval.
    private static bool IsEnough(PairedLatencies pairs, LatencyOptions options)
    {
        if (pairs.Sessions < options.Sessions || pairs.Count < EarlyStopping.MinimumRuns)
        {
            return false;
        }
        var (low, high) = pairs.Interval();
        return (high - low) / 2 <= options.TargetHalfWidth * pairs.SpeedUp;
    }
}
