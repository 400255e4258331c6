using PruneSearch.Core.Stages;
using PruneSearch.Inference.Latency;

namespace PruneSearch.Inference.Tests.Latency;

/// <summary>A clock that only engines move.</summary>
internal sealed class SimulatedClock : TimeProvider
{
    private long _now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public double Seconds => TimeSpan.FromTicks(_now).TotalSeconds;

    public override long GetTimestamp() => _now;

    public void Advance(double milliseconds) => _now += (long)Math.Round(milliseconds * TimeSpan.TicksPerMillisecond);
}

/// <summary>A model whose runs take as long as a test says.</summary>
internal sealed class SimulatedEngine(
    SimulatedClock clock, Func<int, double> milliseconds, Action? onRun = null, MeasuringDevice? device = null, Action? onDispose = null) : ILatencyEngine
{
    private int _runs;

    public MeasuringDevice Device { get; } = device ?? new MeasuringDevice("processor", "engine", 1);

    public void Run()
    {
        onRun?.Invoke();
        clock.Advance(milliseconds(_runs++));
    }

    public void Dispose() => onDispose?.Invoke();
}
