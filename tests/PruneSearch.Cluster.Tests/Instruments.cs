using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using PruneSearch.Core;

namespace PruneSearch.Cluster.Tests;

/// <summary>Listens to all instruments of the program: sums of counters and histograms, last values of gauges.</summary>
internal sealed class Instruments : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<(string Name, double Value, KeyValuePair<string, object?>[] Tags)> _seen = [];

    public Instruments()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == Telemetry.Name)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => _seen.Enqueue((instrument.Name, value, tags.ToArray())));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => _seen.Enqueue((instrument.Name, value, tags.ToArray())));
        _listener.Start();
    }

    /// <summary>Asks the instruments that only tell when they are asked.</summary>
    public void Ask() => _listener.RecordObservableInstruments();

    /// <summary>The last value of a gauge.</summary>
    public double? Last(string name, params (string Key, string Value)[] tags) => Of(name, tags).Cast<double?>().LastOrDefault();

    /// <summary>Whether a gauge has a value now.</summary>
    public bool Tells(string name, params (string Key, string Value)[] tags)
    {
        int before = Count(name, tags);
        Ask();
        return Count(name, tags) > before;
    }

    /// <summary>Waits until a gauge has no value.</summary>
    public async Task UntilGoneAsync(string name, params (string Key, string Value)[] tags)
    {
        for (int i = 0; Tells(name, tags); i++)
        {
            Assert.True(i < 500, $"{name} still is {Last(name, tags)}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>The sum of a counter.</summary>
    public double Sum(string name, params (string Key, string Value)[] tags) => Of(name, tags).Sum();

    /// <summary>How often an instrument was told something.</summary>
    public int Count(string name, params (string Key, string Value)[] tags) => Of(name, tags).Count();

    /// <summary>Waits until a gauge tells a value.</summary>
    public async Task UntilAsync(string name, double value, params (string Key, string Value)[] tags)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(TimeSpan.FromSeconds(30));
        while (Last(name, tags) != value)
        {
            Ask();
            await Task.Delay(20, timeout.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Assert.False(timeout.IsCancellationRequested, $"{name} is {Last(name, tags)}, expected {value}");
        }
    }

    public void Dispose() => _listener.Dispose();

    private IEnumerable<double> Of(string name, (string Key, string Value)[] tags) =>
        _seen.Where(s => s.Name == name && tags.All(t => s.Tags.Any(o => o.Key == t.Key && (string?)o.Value == t.Value))).Select(s => s.Value);
}
