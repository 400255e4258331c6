namespace PruneSearch.Cluster.Workers;

/// <summary>Whether the cluster answers a slot of this process.</summary>
internal sealed class ClusterContact(ClusterTimings timings, TimeProvider time)
{
    private long? _heard;

    /// <summary>Whether it answered within the time that a lease lasts.</summary>
    public bool IsThere => _heard is { } at && time.GetElapsedTime(at) < timings.LeaseTimeToLive;

    /// <summary>Notes that the cluster has just answered.</summary>
    public void Heard() => _heard = time.GetTimestamp();
}
