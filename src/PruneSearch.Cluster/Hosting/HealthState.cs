using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using PruneSearch.Cluster.Observability;

namespace PruneSearch.Cluster.Hosting;

/// <summary>What the last round of checks found. Probes read it, however often they come; each change is logged once.</summary>
internal sealed class HealthState(TimeProvider time, ILogger<HealthState> logger) : IHealthCheckPublisher
{
    /// <summary>Time between two rounds.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    /// <summary>How long one check may take.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Stale = Period + (4 * Timeout);
    private volatile Round? _last;

    /// <summary>The code of HTTP and the text of <c>/healthz/ready</c>: names of what does not work, nothing more.</summary>
    public (int Code, string Text) Ready() => _last switch
    {
        null => (503, "not checked yet"),
        { } last when time.GetElapsedTime(last.At) > Stale => (503, "the checks hang"),
        { Failed: "" } => (200, "ready"),
        { } last => (503, "not ready: " + last.Failed),
    };

    public Task PublishAsync(HealthReport report, CancellationToken cancellationToken)
    {
        var failed = report.Entries.Where(e => e.Value.Status != HealthStatus.Healthy).ToList();
        string names = string.Join(", ", failed.Select(e => e.Key).Order(StringComparer.Ordinal));
        if (names != (_last?.Failed ?? ""))
        {
            if (names.Length > 0)
            {
                Log.NotReady(logger, string.Join("; ", failed.Select(e => $"{e.Key}: {e.Value.Exception?.Message ?? e.Value.Description}")));
            }
            else
            {
                Log.ReadyAgain(logger);
            }
        }
        _last = new Round(time.GetTimestamp(), names);
        return Task.CompletedTask;
    }

    private sealed record Round(long At, string Failed);
}
