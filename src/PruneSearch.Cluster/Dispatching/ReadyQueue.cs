namespace PruneSearch.Cluster.Dispatching;

/// <summary>Ready stages: the longest path behind first, then first come, first served. A worker is not offered what it refused lately.</summary>
/// <param name="time">The clock.</param>
/// <param name="refusalLasts">How long a refusal counts.</param>
internal sealed class ReadyQueue(TimeProvider time, TimeSpan refusalLasts)
{
    private readonly SortedSet<Entry> _order = [];
    private readonly Dictionary<string, Entry> _entries = [];
    private readonly Dictionary<(string Stage, string Worker), DateTimeOffset> _refusals = [];
    private long _arrivals;

    /// <summary>Stages in the queue.</summary>
    public int Count => _entries.Count;

    /// <summary>Adds a stage; one that is there keeps its turn and only changes its priority.</summary>
    public void Add(string key, int remainingStages)
    {
        long arrival = _arrivals++;
        if (_entries.TryGetValue(key, out var old))
        {
            _order.Remove(old);
            arrival = old.Arrival;
        }
        var entry = new Entry(remainingStages, arrival, key);
        _entries[key] = entry;
        _order.Add(entry);
    }

    /// <summary>Removes a stage if it is there.</summary>
    public void Remove(string key)
    {
        if (_entries.Remove(key, out var entry))
        {
            _order.Remove(entry);
        }
    }

    /// <summary>A worker cannot run a stage: others come first, and it is not asked again for a while.</summary>
    public void Refuse(string key, string worker)
    {
        var now = time.GetUtcNow();
        foreach (var (old, _) in _refusals.Where(r => r.Value <= now).ToList())
        {
            _refusals.Remove(old);
        }
        _refusals[(key, worker)] = now + refusalLasts;
    }

    /// <summary>Takes the first stage that a worker did not refuse out; <see langword="null"/> when there is none.</summary>
    public (string Key, int RemainingStages)? Take(string worker)
    {
        var first = _refusals.Count == 0 ? _order.Min : _order.FirstOrDefault(e => !IsRefused(e.Key, worker));
        if (first is null)
        {
            return null;
        }
        Remove(first.Key);
        return (first.Key, first.RemainingStages);
    }

    private bool IsRefused(string key, string worker) => _refusals.TryGetValue((key, worker), out var until) && time.GetUtcNow() < until;

    private sealed record Entry(int RemainingStages, long Arrival, string Key) : IComparable<Entry>
    {
        public int CompareTo(Entry? other)
        {
            int byPath = other!.RemainingStages.CompareTo(RemainingStages);
            return byPath != 0 ? byPath : Arrival.CompareTo(other.Arrival);
        }
    }
}
