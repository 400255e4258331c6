using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using PruneSearch.Cluster.Observability;
using PruneSearch.Connections;
using PruneSearch.Core;

namespace PruneSearch.Cluster.Workers;

/// <summary>Whether the cluster answers the slots of this process. That it does not, and that it does again, is one line of the log each.</summary>
/// <param name="diary">What became of attempts to connect, in a process that is a client.</param>
internal sealed class ClusterContact(ClusterTimings timings, TimeProvider time, ILogger<ClusterContact> logger, ConnectionDiary? diary = null)
{
    private static readonly TimeSpan LogInterval = TimeSpan.FromMinutes(1);
    private readonly Lock _gate = new();
    private long? _heard, _missed, _told;

    /// <summary>Whether it answered within the time that a lease lasts.</summary>
    public bool IsThere => _heard is { } at && time.GetElapsedTime(at) < timings.LeaseTimeToLive;

    /// <summary>Whether an error says that nobody answered, and nothing else.</summary>
    public static bool IsSilence(Exception e) => e is OrleansException or TimeoutException;

    /// <summary>Notes that the cluster has just answered.</summary>
    public void Heard()
    {
        _heard = time.GetTimestamp();
        long? missed;
        lock (_gate)
        {
            missed = _told is { } told && _missed <= told ? _missed : null;
            _missed = null;
        }
        if (missed is { } since)
        {
            Log.ContactFound(logger, time.GetElapsedTime(since).TotalSeconds);
        }
    }

    /// <summary>Notes that it did not answer; whoever asked asks again.</summary>
    public void Missed(Exception e)
    {
        lock (_gate)
        {
            if (_missed is not null)
            {
                return;
            }
            _missed = time.GetTimestamp();
            if (_told is { } told && time.GetElapsedTime(told) < LogInterval)
            {
                return; // it comes and goes
            }
            _told = _missed;
        }
        string tried = diary?.ToString() ?? "";
        Log.ContactLost(logger, tried.Length > 0 ? tried : ErrorText.FirstLine(e.Message));
    }
}
