using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using PruneSearch.Core;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Observability;

/// <summary>Which share of the time a slot works: 0 to 1, since the instrument was last read.</summary>
internal sealed class SlotMeter : IDisposable
{
    private static readonly ConcurrentDictionary<string, SlotMeter> Slots = new();

    // Held for the life of the process: an instrument lives as long as its meter.
    private static readonly ObservableGauge<double> Gauge = Telemetry.Meter.CreateObservableGauge(
        "prunesearch.slot.busy_share", () => Slots.Values.Select(s => s.Read()).ToArray(), "1", "Share of the time that a slot works");

    private readonly string _name;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private long _since, _began;
    private long? _busySince;
    private TimeSpan _busy;

    public SlotMeter(string name, TimeProvider time)
    {
        _ = Gauge;
        (_name, _time, _since) = (name, time, time.GetTimestamp());
        Slots[name] = this;
    }

    public void Begin()
    {
        lock (_gate)
        {
            _busySince = _began = _time.GetTimestamp();
        }
    }

    public void End()
    {
        lock (_gate)
        {
            _busy += _busySince is { } since ? _time.GetElapsedTime(since) : TimeSpan.Zero;
            _busySince = null;
        }
    }

    /// <summary>Tells how an attempt ended, and what its parts took.</summary>
    public void Tell(string outcome, StageReport? report)
    {
        var tag = new KeyValuePair<string, object?>(Telemetry.OutcomeTag, outcome);
        Telemetry.Stages.Add(1, tag);
        Telemetry.AttemptSeconds.Record(_time.GetElapsedTime(_began).TotalSeconds, tag);
        Telemetry.ImagesPerSecond.Remove(Telemetry.SlotTag, _name);
        foreach (var (part, seconds) in outcome == "completed" && report is not null ? report.Seconds : [])
        {
            Telemetry.StageSeconds.Record(seconds, new KeyValuePair<string, object?>(Telemetry.PartTag, part));
        }
    }

    public void Dispose() => Slots.TryRemove(new KeyValuePair<string, SlotMeter>(_name, this));

    /// <summary>The share since it was last read.</summary>
    internal Measurement<double> Read()
    {
        lock (_gate)
        {
            long now = _time.GetTimestamp();
            var busy = _busy + (_busySince is { } since ? _time.GetElapsedTime(since, now) : TimeSpan.Zero);
            var elapsed = _time.GetElapsedTime(_since, now);
            (_since, _busy) = (now, TimeSpan.Zero);
            _busySince = _busySince is null ? null : now;
            return new Measurement<double>(elapsed > TimeSpan.Zero ? busy / elapsed : 0, new KeyValuePair<string, object?>(Telemetry.SlotTag, _name));
        }
    }
}
