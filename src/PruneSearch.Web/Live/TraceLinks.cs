using System.Diagnostics;
using PruneSearch.Core;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Web.Live;

/// <summary>Where the traces of searches are looked at, if somebody said where.</summary>
/// <param name="settings">Says it.</param>
internal sealed class TraceLinks(WebSettings settings)
{
    /// <summary>The trace of a search; <see langword="null"/> where nobody said where, or it has none.</summary>
    public string? OfSearch(SearchSummary search) => Of(search, Telemetry.SearchSpan);

    /// <summary>The same, at a trajectory.</summary>
    public string? OfTrajectory(SearchSummary search, string name) => Of(search, Telemetry.TrajectorySpan, name);

    /// <summary>The same, at a stage.</summary>
    public string? OfStage(SearchSummary search, StageKey key) => Of(search, Telemetry.StageSpan, key.ToString());

    private string? Of(SearchSummary search, params ReadOnlySpan<string> what) =>
        settings.Traces is { } traces && ActivityContext.TryParse(search.TraceParent, null, out var root)
            ? traces.Of(root.TraceId, SpanIds.Of(root.TraceId, what)) : null;
}
