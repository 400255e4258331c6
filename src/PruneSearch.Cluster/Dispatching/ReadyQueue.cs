namespace PruneSearch.Cluster.Dispatching;

/// <summary>Ready stages: the longest path behind first, then first come, first served.</summary>
internal sealed class ReadyQueue
{
    private readonly SortedSet<Entry> _order = [];
    private readonly Dictionary<string, Entry> _entries = [];
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

    /// <summary>Takes the first stage out; <see langword="null"/> when there is none.</summary>
    public (string Key, int RemainingStages)? Take()
    {
        if (_order.Min is not { } first)
        {
            return null;
        }
        Remove(first.Key);
        return (first.Key, first.RemainingStages);
    }

    private sealed record Entry(int RemainingStages, long Arrival, string Key) : IComparable<Entry>
    {
        public int CompareTo(Entry? other)
        {
            int byPath = other!.RemainingStages.CompareTo(RemainingStages);
            return byPath != 0 ? byPath : Arrival.CompareTo(other.Arrival);
        }
    }
}
