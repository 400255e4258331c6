using PruneSearch.Cluster.Placement;
using PruneSearch.Core.Grains;

namespace PruneSearch.Cluster.Workers;

/// <summary>All slots, by what they told last. What an operator asked of one counts more than what it says of itself.</summary>
[PreferControl]
internal sealed class WorkersGrain(ClusterTimings timings, TimeProvider time) : Grain, IWorkersGrain
{
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(10);
    private readonly Dictionary<string, (SlotPresence Slot, long Heard)> _slots = [];

    public Task<bool> PresentAsync(SlotPresence slot)
    {
        bool drained = _slots.TryGetValue(slot.Worker, out var known) ? known.Slot.Drained : slot.Drained;
        _slots[slot.Worker] = (slot with { Drained = drained }, time.GetTimestamp());
        return Task.FromResult(drained);
    }

    public Task<IReadOnlyList<SlotStatus>> ListAsync()
    {
        foreach (var (name, _) in _slots.Where(s => time.GetElapsedTime(s.Value.Heard) > Remembered).ToList())
        {
            _slots.Remove(name);
        }
        return Task.FromResult<IReadOnlyList<SlotStatus>>(_slots.Values.OrderBy(s => s.Slot.Worker, StringComparer.Ordinal).Select(Status).ToArray());
    }

    public Task<bool> DrainAsync(string worker, bool drained)
    {
        bool known = _slots.TryGetValue(worker, out var slot);
        if (known)
        {
            _slots[worker] = (slot.Slot with { Drained = drained }, slot.Heard);
        }
        return Task.FromResult(known);
    }

    private SlotStatus Status((SlotPresence Slot, long Heard) known)
    {
        var silence = time.GetElapsedTime(known.Heard);
        return new SlotStatus(known.Slot, silence, silence >= timings.LeaseTimeToLive);
    }
}
