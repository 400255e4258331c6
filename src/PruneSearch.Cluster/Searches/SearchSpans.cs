using System.Diagnostics;
using PruneSearch.Cluster.Observability;
using PruneSearch.Cluster.Progress;
using PruneSearch.Core;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Searches;

/// <summary>Writes the spans of a search and its trajectories when they end, from what is known of them after any number of restarts.</summary>
internal sealed class SearchSpans
{
    private readonly SearchState _search;
    private readonly string? _traceParent;
    private readonly DateTimeOffset _opened;
    private readonly TimeProvider _time;

    /// <summary>Follows a search whose reports so far have been read.</summary>
    public SearchSpans(SearchState search, string? traceParent, TimeProvider time)
    {
        (_search, _traceParent, _time, _opened) = (search, traceParent, time, time.GetUtcNow());
        TraceBook.Search(search.Plan.Id, traceParent);
        search.Completing += t => Write(t, WorkState.Completed, null);
    }

    /// <summary>A trajectory ended without completing.</summary>
    public void Ended(TrajectoryState trajectory, WorkState state, string? reason) => Write(trajectory, state, reason);

    public void Ended(WorkState state, string? reason, double volume)
    {
        var reports = _search.Trajectories.SelectMany(t => t.Stages).Distinct().Select(s => s.Report).OfType<StageReport>().ToList();
        var best = _search.Trajectories.Where(t => t.Known > 1).MaxBy(t => t.Reports.Last().Map50);
        Spans.Write(Telemetry.SearchSpan, Spans.Context(_traceParent, Telemetry.SearchSpan), default, _search.Plan.Created, Now(), [], span =>
        {
            span.SetTag(Telemetry.SearchTag, _search.Plan.Id).SetTag(Telemetry.StateTag, state.ToString()).SetTag(Telemetry.VolumeTag, volume)
                .SetTag(Telemetry.TrajectoriesTag, _search.Trajectories.Count).SetTag(Telemetry.SecondsTag, Seconds(reports));
            if (best is not null)
            {
                span.SetTag(Telemetry.BestTag, best.Name).SetTag(Telemetry.BestMap50Tag, best.Reports.Last().Map50)
                    .SetTag(Telemetry.BestSecondsTag, Seconds(best.Reports));
            }
            Fail(span, state, reason);
        });
    }

    private void Write(TrajectoryState trajectory, WorkState state, string? reason)
    {
        var stages = trajectory.Plan.Keys.Take(trajectory.Known + (state == WorkState.Completed ? 0 : 1));
        Spans.Write(Telemetry.TrajectorySpan, Spans.Context(_traceParent, Telemetry.TrajectorySpan, trajectory.Name),
            Spans.Context(_traceParent, Telemetry.SearchSpan), Start(trajectory), Now(),
            stages.Select(s => Spans.Context(_traceParent, Telemetry.StageSpan, s)), span =>
            {
                span.SetTag(Telemetry.SearchTag, _search.Plan.Id).SetTag(Telemetry.TrajectoryTag, trajectory.Name)
                    .SetTag(Telemetry.StateTag, state.ToString()).SetTag(Telemetry.LevelTag, trajectory.Plan.Ratio)
                    .SetTag(Telemetry.SecondsTag, Seconds(trajectory.Reports));
                if (trajectory.Reports.LastOrDefault() is { } last)
                {
                    span.SetTag(Telemetry.Map50Tag, last.Map50).SetTag(Telemetry.MacsTag, last.Macs);
                }
                Fail(span, state, reason);
            });
    }

    // What was in the plan began with the search. What was proposed began with its first own stage, or when it was first seen.
    private DateTimeOffset Start(TrajectoryState trajectory) => trajectory.Proposed is null ? _search.Plan.Created
        : trajectory.Stages.Where(s => s.First == trajectory && s.Report?.Finished is not null)
            .Select(s => s.Report!.Finished!.Value.AddSeconds(-s.Report.Seconds.Values.Sum())).DefaultIfEmpty(_opened).Min();

    private DateTimeOffset Now() => _time.GetUtcNow() is var now && now > _search.Plan.Created ? now : _search.Plan.Created;

    private static double Seconds(IEnumerable<StageReport> reports) => Math.Round(reports.Sum(r => r.Seconds.Values.Sum()), 3);

    private static void Fail(Activity span, WorkState state, string? reason)
    {
        if (state is WorkState.Failed or WorkState.CompletedWithFailures)
        {
            span.SetTag(Telemetry.ErrorTypeTag, "failed").SetStatus(ActivityStatusCode.Error, reason);
        }
    }
}
