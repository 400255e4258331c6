namespace PruneSearch.Cluster.Dispatching;

/// <summary>The slots of a device class, by when they were heard of last: a slot that is silent for as long as a lease lasts is gone.</summary>
internal sealed class KnownSlots(TimeProvider time, ClusterTimings timings)
{
    private readonly Dictionary<string, long> _heard = [];
    private readonly long _start = time.GetTimestamp();

    public void Heard(string worker) => _heard[worker] = time.GetTimestamp();

    /// <summary>How many there are; <see langword="null"/> while none was heard of and there was no time for it yet.</summary>
    public int? Count()
    {
        foreach (var (gone, _) in _heard.Where(s => time.GetElapsedTime(s.Value) >= timings.LeaseTimeToLive).ToList())
        {
            _heard.Remove(gone);
        }
        return _heard.Count > 0 || time.GetElapsedTime(_start) > timings.Renewal + timings.IdleClaim ? _heard.Count : null;
    }
}
