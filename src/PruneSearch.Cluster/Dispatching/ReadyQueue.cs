using PruneSearch.Core.Grains;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Dispatching;

/// <summary>Ready stages: the longest path behind first, then first come, first served. A worker is not offered what it declined lately.</summary>
/// <param name="time">The clock.</param>
/// <param name="declineLasts">How long it counts that a worker declined a stage.</param>
internal sealed class ReadyQueue(TimeProvider time, TimeSpan declineLasts)
{
    private readonly SortedSet<Entry> _order = [];
    private readonly Dictionary<StageKey, Entry> _entries = [];
    private readonly Dictionary<(StageKey Stage, string Worker), Refusal> _declines = [];
    private long _arrivals;

    public int Count => _entries.Count;

    /// <summary>Adds a stage; one that is there keeps its turn and only changes its priority.</summary>
    public void Add(StageKey key, int remainingStages)
    {
        long arrival = _arrivals++;
        var since = time.GetUtcNow();
        if (_entries.TryGetValue(key, out var old))
        {
            _order.Remove(old);
            (arrival, since) = (old.Arrival, old.Since);
        }
        var entry = new Entry(remainingStages, arrival, key, since);
        _entries[key] = entry;
        _order.Add(entry);
    }

    public void Remove(StageKey key)
    {
        if (_entries.Remove(key, out var entry))
        {
            _order.Remove(entry);
        }
    }

    /// <summary>A worker cannot run a stage: others come first, and it is not asked again for a while.</summary>
    public void Decline(StageKey key, string worker, string reason)
    {
        Forget();
        _declines[(key, worker)] = new Refusal(time.GetUtcNow() + declineLasts, reason);
    }

    /// <summary>Takes the first stage that a worker did not decline out; <see langword="null"/> when there is none.</summary>
    public (StageKey Key, int RemainingStages)? Take(string worker)
    {
        var first = _declines.Count == 0 ? _order.Min : _order.FirstOrDefault(e => !IsDeclined(e.Key, worker));
        if (first is null)
        {
            return null;
        }
        Remove(first.Key);
        return (first.Key, first.RemainingStages);
    }

    /// <summary>How long the one that waits longest has waited; <see langword="null"/> when none does.</summary>
    public TimeSpan? Oldest() => _entries.Count == 0 ? null : time.GetUtcNow() - _entries.Values.Min(e => e.Since);

    /// <summary>Keys of the first stages, in the order in which they go.</summary>
    public IReadOnlyList<StageKey> First(int limit) => _order.Take(limit).Select(e => e.Key).ToArray();

    /// <summary>Stages that workers declined lately, in the queue or not.</summary>
    public IReadOnlyList<DeclinedStage> Declined()
    {
        Forget();
        return _declines.GroupBy(d => d.Key.Stage, d => d.Value)
            .Select(g => new DeclinedStage(g.Key, g.Count(), g.MaxBy(d => d.Until)!.Reason)).ToArray();
    }

    private bool IsDeclined(StageKey key, string worker) => _declines.TryGetValue((key, worker), out var decline) && time.GetUtcNow() < decline.Until;

    private void Forget()
    {
        var now = time.GetUtcNow();
        foreach (var (old, _) in _declines.Where(d => d.Value.Until <= now).ToList())
        {
            _declines.Remove(old);
        }
    }

    private sealed record Refusal(DateTimeOffset Until, string Reason);

    private sealed record Entry(int RemainingStages, long Arrival, StageKey Key, DateTimeOffset Since) : IComparable<Entry>
    {
        public int CompareTo(Entry? other)
        {
            int byPath = other!.RemainingStages.CompareTo(RemainingStages);
            return byPath != 0 ? byPath : Arrival.CompareTo(other.Arrival);
        }
    }
}
