using System.Runtime.InteropServices;
using PruneSearch.Core.Stages;

namespace PruneSearch.Inference.Latency;

/// <summary>
/// Models that were loaded anew, in an order and at places in memory that differ from session to session: the first that is
/// loaded is a percent or two slower than a copy of it that is loaded next.
/// </summary>
internal sealed class MeasuringSession : IDisposable
{
    private const double WarmUpMilliseconds = 20;
    private const int MostWarmUpRounds = 1000, LargestGap = 1 << 18;

    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly long _begin;
    private readonly ILatencyEngine[] _engines;
    private readonly Stack<ILatencyEngine> _loaded = [];
    private readonly List<nint> _gaps = [];

    /// <summary>Loads all models in an order, each at a random place in memory.</summary>
    /// <param name="models">Load one model each, the dense one first.</param>
    /// <param name="order">In which order.</param>
    /// <param name="random">Draws places and orders.</param>
    /// <exception cref="ArgumentException">They are on different devices.</exception>
    public MeasuringSession(IReadOnlyList<Func<ILatencyEngine>> models, IReadOnlyList<int> order, TimeProvider time, Random random)
    {
        (_time, _random, _begin) = (time, random, time.GetTimestamp());
        _engines = new ILatencyEngine[models.Count];
        try
        {
            foreach (int i in order)
            {
                _gaps.Add(Marshal.AllocHGlobal(random.Next(1, LargestGap)));
                _loaded.Push(_engines[i] = models[i]());
            }
            var device = _engines[0].Device;
            if (_engines.FirstOrDefault(e => e.Device != device) is { } other)
            {
                throw new ArgumentException($"Speeds on different devices cannot be compared: {device} and {other.Device}.", nameof(models));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public MeasuringDevice Device => _engines[0].Device;

    /// <summary>Warms up and measures.</summary>
    /// <param name="pairs">Receive the dense model's latency and that of each other model, round by round.</param>
    /// <param name="options">How many rounds.</param>
    /// <param name="inTime">Whether the time limit is not yet over.</param>
    /// <param name="cancellation">Ends it after the current run.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Measure(IReadOnlyList<PairedLatencies> pairs, LatencyOptions options, Func<bool> inTime, CancellationToken cancellation)
    {
        int[] order = [.. Enumerable.Range(0, _engines.Length)];
        long warm = _time.GetTimestamp();
        for (int round = 0; round < options.WarmUpRounds || (round < MostWarmUpRounds && Since(warm) < WarmUpMilliseconds); round++)
        {
            Round(order, _ => 0, cancellation);
        }
        double overhead = Since(_begin);
        double[] latencies = new double[_engines.Length];
        long start = _time.GetTimestamp();
        for (int round = 0; round < options.MinimumRounds || (inTime() && (round < options.Rounds || Since(start) < overhead)); round++)
        {
            Round(order, i => latencies[i] = Timed(_engines[i]), cancellation);
            for (int i = 0; i < pairs.Count; i++)
            {
                pairs[i].Add(latencies[0], latencies[i + 1]);
            }
        }
        foreach (var pair in pairs)
        {
            pair.EndSession();
        }
    }

    public void Dispose()
    {
        while (_loaded.TryPop(out var engine)) // in reverse order
        {
            engine.Dispose();
        }
        _gaps.ForEach(Marshal.FreeHGlobal);
        _gaps.Clear();
    }

    // Before each run that counts comes one that does not: what is in the caches then is the model's own, as when it runs
    // alone, and not what the model before it left there.
    private void Round(int[] order, Func<int, double> visit, CancellationToken cancellation)
    {
        _random.Shuffle(order);
        foreach (int i in order)
        {
            cancellation.ThrowIfCancellationRequested();
            _engines[i].Run();
            cancellation.ThrowIfCancellationRequested();
            visit(i);
        }
    }

    private double Timed(ILatencyEngine engine)
    {
        long start = _time.GetTimestamp();
        engine.Run();
        return Since(start);
    }

    private double Since(long start) => _time.GetElapsedTime(start).TotalMilliseconds;
}
