using PruneSearch.Core.Grains;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Dispatching;

/// <summary>
/// Whose turn it is among searches that have stages for a slot: the highest priority first, and within it who had the least slot time for its
/// share. A stage is charged beforehand with what stages of its search took lately, and corrected when it ends: then slots that become free at
/// once are shared, too. Who had nothing to do does not save up time (start-time fair queueing: Goyal, Vin and Cheng, 1996).
/// </summary>
internal sealed class FairShares(TimeProvider time)
{
    private const double Forgets = 0.5; // how much the last stage weighs in what one takes
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(5);
    private readonly Dictionary<string, Turns> _searches = new(StringComparer.Ordinal);
    private readonly Dictionary<StageKey, Run> _runs = [];
    private readonly Dictionary<string, StageKey> _workers = new(StringComparer.Ordinal);
    private readonly Dictionary<int, double> _now = []; // how far the turns of each priority are
    private long _joined;

    /// <summary>A search says what it shall get; it says so again and again.</summary>
    public void Weigh(string search, SlotSettings slots)
    {
        var turns = Of(search);
        if (turns.Slots.Priority != slots.Priority)
        {
            turns.Turn = _now.GetValueOrDefault(slots.Priority);
        }
        turns.Slots = slots;
        turns.Heard = time.GetTimestamp();
        foreach (var (old, _) in _searches.Where(s => s.Value is { Waiting: 0, Running: 0 } t && time.GetElapsedTime(t.Heard) > Remembered).ToList())
        {
            _searches.Remove(old);
        }
    }

    /// <summary>Stages of a search came into the queue or left it.</summary>
    public void Waits(string search, int more)
    {
        var turns = Of(search);
        if (turns is { Waiting: 0, Running: 0 })
        {
            turns.Turn = Math.Max(turns.Turn, _now.GetValueOrDefault(turns.Slots.Priority));
        }
        turns.Waiting += more;
    }

    /// <summary>A worker takes a stage in the name of a search. Saying so twice changes nothing.</summary>
    public void Began(StageKey stage, string search, string worker)
    {
        if (_runs.ContainsKey(stage))
        {
            return;
        }
        if (_workers.TryGetValue(worker, out var before))
        {
            Ended(before);
        }
        var turns = Of(search);
        _now[turns.Slots.Priority] = Math.Max(_now.GetValueOrDefault(turns.Slots.Priority), turns.Turn);
        _runs[stage] = new Run(turns, worker, time.GetTimestamp(), turns.Seconds, turns.Slots.Share);
        _workers[worker] = stage;
        turns.Turn += turns.Step;
        turns.Running++;
    }

    /// <summary>A stage is not run any more.</summary>
    public void Ended(StageKey stage)
    {
        if (_runs.Remove(stage, out var run))
        {
            _workers.Remove(run.Worker);
            double took = time.GetElapsedTime(run.Since).TotalSeconds;
            run.Search.Turn += (took - run.Charged) / run.Share;
            run.Search.Seconds += (took - run.Seconds) * Forgets;
            run.Search.Running--;
        }
    }

    /// <summary>Where each search stands that has stages for a slot: the lowest priority-and-turn is next, then who came first.</summary>
    public IReadOnlyList<Place> Places()
    {
        // What takes longer than was thought is charged while it runs.
        foreach (var run in _runs.Values)
        {
            double more = time.GetElapsedTime(run.Since).TotalSeconds - run.Charged;
            if (more > 0)
            {
                run.Search.Turn += more / run.Share;
                run.Charged += more;
            }
        }
        return [.. _searches.Where(s => s.Value.Waiting > 0)
            .Select(s => new Place(s.Key, -s.Value.Slots.Priority, s.Value.Turn, s.Value.Joined, s.Value.Step))];
    }

    /// <summary>Searches that wait for slots or have some.</summary>
    public IReadOnlyList<SearchShare> Status() => [.. _searches.Where(s => s.Value is not { Waiting: 0, Running: 0 })
        .OrderByDescending(s => s.Value.Slots.Priority).ThenBy(s => s.Value.Joined)
        .Select(s => new SearchShare(s.Key, s.Value.Slots, s.Value.Waiting, s.Value.Running))];

    private Turns Of(string search)
    {
        if (!_searches.TryGetValue(search, out var turns))
        {
            _searches[search] = turns = new Turns { Joined = _joined++, Turn = _now.GetValueOrDefault(0), Heard = time.GetTimestamp() };
        }
        return turns;
    }

    /// <summary>Where a search stands.</summary>
    /// <param name="Rank">Its priority, the highest one lowest.</param>
    /// <param name="Turn">Slot seconds that it had for each part of its share.</param>
    /// <param name="Joined">Its number among those that came.</param>
    /// <param name="Step">What one more stage adds to <paramref name="Turn"/>.</param>
    public readonly record struct Place(string Search, int Rank, double Turn, long Joined, double Step) : IComparable<Place>
    {
        public int CompareTo(Place other) => (Rank, Turn, Joined).CompareTo((other.Rank, other.Turn, other.Joined));
    }

    private sealed class Turns
    {
        public SlotSettings Slots { get; set; } = new();

        public double Turn { get; set; }

        public double Seconds { get; set; } = 1;

        public int Waiting { get; set; }

        public int Running { get; set; }

        public long Joined { get; init; }

        public long Heard { get; set; }

        public double Step => Seconds / Slots.Share;
    }

    private sealed record Run(Turns Search, string Worker, long Since, double Seconds, int Share)
    {
        public double Charged { get; set; } = Seconds;
    }
}
