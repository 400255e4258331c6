using PruneSearch.Core.Grains;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Dispatching;

/// <summary>
/// Ready stages: searches take turns as <see cref="Shares"/> says; within a search the longest path behind first, then first come, first served.
/// A worker is not offered what it declined lately.
/// </summary>
/// <param name="declineLasts">How long it counts that a worker declined a stage.</param>
internal sealed class ReadyQueue(TimeProvider time, TimeSpan declineLasts)
{
    private static readonly IReadOnlyCollection<string> Nobody = [""]; // silos of an earlier version do not say whose a stage is
    private readonly Dictionary<string, SortedSet<Entry>> _lanes = new(StringComparer.Ordinal);
    private readonly Dictionary<StageKey, Entry> _entries = [];
    private readonly Dictionary<(StageKey Stage, string Worker), Refusal> _declines = [];
    private long _arrivals;

    public int Count => _entries.Count;

    /// <summary>Whose turn it is.</summary>
    public FairShares Shares { get; } = new(time);

    /// <summary>Adds a stage; one that is there keeps its turn and only changes its priority.</summary>
    /// <param name="remainingStages">The longest path behind it.</param>
    /// <param name="searches">Searches that want it: whoever of them has its turn first pays for it.</param>
    public void Add(StageKey key, int remainingStages, IReadOnlyCollection<string>? searches = null)
    {
        long arrival = _arrivals++;
        var since = time.GetUtcNow();
        Shares.Ended(key); // it was given back, or its worker was lost
        if (_entries.TryGetValue(key, out var old))
        {
            (arrival, since) = (old.Arrival, old.Since);
        }
        var entry = new Entry(remainingStages, arrival, key, since, searches is { Count: > 0 } ? searches : Nobody);
        foreach (string search in entry.Searches)
        {
            Shares.Waits(search, 1); // before the old one leaves: who waits on does not come anew
        }
        if (old is not null)
        {
            Leave(old);
        }
        _entries[key] = entry;
        foreach (string search in entry.Searches)
        {
            if (!_lanes.TryGetValue(search, out var lane))
            {
                _lanes[search] = lane = [];
            }
            lane.Add(entry);
        }
    }

    /// <summary>A stage is over, or nobody wants it.</summary>
    public void Remove(StageKey key)
    {
        Shares.Ended(key);
        if (_entries.Remove(key, out var entry))
        {
            Leave(entry);
        }
    }

    /// <summary>A worker cannot run a stage: others come first, and it is not asked again for a while.</summary>
    public void Decline(StageKey key, string worker, string reason)
    {
        Forget();
        _declines[(key, worker)] = new Refusal(time.GetUtcNow() + declineLasts, reason);
    }

    /// <summary>Takes the first stage that a worker did not decline out; <see langword="null"/> when there is none.</summary>
    public ReadyStage? Take(string worker)
    {
        foreach (var (search, entry) in InTurn(e => _declines.Count == 0 || !IsDeclined(e.Key, worker)))
        {
            Remove(entry.Key);
            Shares.Began(entry.Key, search, worker);
            return new ReadyStage(entry.Key, entry.RemainingStages, search);
        }
        return null;
    }

    /// <summary>How long the one that waits longest has waited; <see langword="null"/> when none does. It looks at all of them.</summary>
    public TimeSpan? Oldest() => _entries.Count == 0 ? null : time.GetUtcNow() - _entries.Values.Min(e => e.Since);

    /// <summary>Keys of the first stages, in the order in which they go if each takes as long as those before it.</summary>
    public IReadOnlyList<StageKey> First(int limit) => InTurn(_ => true).Take(limit).Select(e => e.Entry.Key).ToArray();

    /// <summary>Stages that workers declined lately, in the queue or not.</summary>
    public IReadOnlyList<DeclinedStage> Declined()
    {
        Forget();
        return _declines.GroupBy(d => d.Key.Stage, d => d.Value)
            .Select(g => new DeclinedStage(g.Key, g.Count(), g.MaxBy(d => d.Until)!.Reason)).ToArray();
    }

    private IEnumerable<(string Search, Entry Entry)> InTurn(Func<Entry, bool> may)
    {
        var turns = new PriorityQueue<IEnumerator<Entry>, FairShares.Place>();
        foreach (var place in Shares.Places())
        {
            Next(_lanes[place.Search].Where(may).GetEnumerator(), place);
        }
        var gone = new HashSet<StageKey>();
        while (turns.TryDequeue(out var lane, out var place))
        {
            if (gone.Add(lane.Current.Key)) // else it went in the name of another search
            {
                yield return (place.Search, lane.Current);
                place = place with { Turn = place.Turn + place.Step };
            }
            Next(lane, place);
        }

        void Next(IEnumerator<Entry> lane, FairShares.Place place)
        {
            if (lane.MoveNext())
            {
                turns.Enqueue(lane, place);
            }
        }
    }

    private void Leave(Entry entry)
    {
        foreach (string search in entry.Searches)
        {
            var lane = _lanes[search];
            lane.Remove(entry);
            Shares.Waits(search, -1);
            if (lane.Count == 0)
            {
                _lanes.Remove(search);
            }
        }
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

    private sealed record Entry(int RemainingStages, long Arrival, StageKey Key, DateTimeOffset Since, IReadOnlyCollection<string> Searches)
        : IComparable<Entry>
    {
        public int CompareTo(Entry? other)
        {
            int byPath = other!.RemainingStages.CompareTo(RemainingStages);
            return byPath != 0 ? byPath : Arrival.CompareTo(other.Arrival);
        }
    }
}

/// <summary>A stage that was taken out of the queue.</summary>
/// <param name="RemainingStages">The longest path behind it.</param>
/// <param name="Search">The search whose turn it was.</param>
internal readonly record struct ReadyStage(StageKey Key, int RemainingStages, string Search);
