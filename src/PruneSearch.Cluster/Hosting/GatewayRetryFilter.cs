using Microsoft.Extensions.Logging;
using PruneSearch.Cluster.Observability;
using PruneSearch.Connections;

namespace PruneSearch.Cluster.Hosting;

/// <summary>
/// Has a worker that is a client wait for a gateway, however long that takes, with longer and longer pauses. What is in the way is one line of the log,
/// and another one when that changes.
/// </summary>
internal sealed class GatewayRetryFilter(ClusterAddress address, ConnectionDiary diary, TimeProvider time, ILogger<GatewayRetryFilter> logger)
    : IClientConnectionRetryFilter
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);
    private TimeSpan _pause = TimeSpan.FromSeconds(1);
    private string? _told;

    /// <inheritdoc/>
    public async Task<bool> ShouldRetryConnectionAttempt(Exception exception, CancellationToken cancellationToken)
    {
        diary.Latest = exception;
        string reason = diary.Tried(address);
        if (reason != _told)
        {
            _told = reason;
            Log.NoGateway(logger, reason);
        }
        await Task.Delay(_pause, time, cancellationToken).ConfigureAwait(false);
        _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
        return true; // whoever started it stops it
    }

    /// <summary>There is one.</summary>
    public void Found()
    {
        if (_told is not null)
        {
            Log.GatewayFound(logger);
        }
    }
}
