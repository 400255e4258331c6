using PruneSearch.Core.Stages;
using PruneSearch.Inference.Latency;

namespace PruneSearch.Inference.Tests.Latency;

/// <summary>A clock that only engines move.</summary>
/// <param name="step">In milliseconds; above 0 it moves by itself, by a hundredth of a millisecond whenever it is read, and shows only whole steps.</param>
internal sealed class SimulatedClock(double step = 0) : TimeProvider
{
    private readonly long _step = (long)(step * TimeSpan.TicksPerMillisecond);
    private long _now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public double Seconds => TimeSpan.FromTicks(_now).TotalSeconds;

    public override long GetTimestamp() => _step == 0 ? _now : (_now += TimeSpan.TicksPerMillisecond / 100) / _step * _step;

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
