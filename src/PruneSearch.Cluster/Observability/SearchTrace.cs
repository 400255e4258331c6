using System.Diagnostics;
using PruneSearch.Core;

namespace PruneSearch.Cluster.Observability;

/// <summary>The root of a search's trace.</summary>
internal static class SearchTrace
{
    /// <summary>Makes the short span of the launch; everything else of the search is below it.</summary>
    /// <returns>Its W3C trace context; <see langword="null"/> when nobody listens.</returns>
    public static string? Begin(string searchId)
    {
        var call = Activity.Current;
        Activity.Current = null; // a search is a trace of its own, not a part of the call that launched it
        using var span = Telemetry.Source.StartActivity(Telemetry.SearchSpan);
        span?.SetTag(Telemetry.SearchTag, searchId);
        span?.Stop();
        Activity.Current = call;
        return span?.Id;
    }
}
