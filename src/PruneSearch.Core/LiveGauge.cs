using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace PruneSearch.Core;

/// <summary>A gauge with one value for each combination of tags, which vanishes when it is over what it was measured of.</summary>
public sealed class LiveGauge
{
    private readonly ConcurrentDictionary<string, (double Value, KeyValuePair<string, object?>[] Tags)> _values = new(StringComparer.Ordinal);

    /// <summary>Adds the gauge to a meter.</summary>
    /// <param name="name">Name of the instrument.</param>
    /// <param name="unit">Its unit, by UCUM.</param>
    /// <param name="description">What it is.</param>
    public LiveGauge(Meter meter, string name, string unit, string description)
    {
        ArgumentNullException.ThrowIfNull(meter);
        meter.CreateObservableGauge(name, () => _values.Values.Select(v => new Measurement<double>(v.Value, v.Tags)).ToArray(), unit, description);
    }

    /// <summary>Shows a value under these tags from now on.</summary>
    /// <param name="tags">Of what: keys and values.</param>
    public void Set(double value, params (string Key, string Value)[] tags) =>
        _values[string.Join('\n', tags)] = (value, [.. tags.Select(t => new KeyValuePair<string, object?>(t.Key, t.Value))]);

    /// <summary>Forgets every value that has a tag.</summary>
    /// <param name="key">Key of the tag.</param>
    public void Remove(string key, string value)
    {
        foreach (var (known, _) in _values.Where(v => v.Value.Tags.Any(t => t.Key == key && (string?)t.Value == value)))
        {
            _values.TryRemove(known, out _);
        }
    }
}
