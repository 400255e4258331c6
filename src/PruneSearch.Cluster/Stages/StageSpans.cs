using System.Diagnostics;
using PruneSearch.Cluster.Observability;
using PruneSearch.Core;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Stages;

/// <summary>
/// Writes the span of a stage when it is over, in the trace of each search that waits for it, linked to every trajectory that shares it; and
/// the spans of attempts whose worker will not write them.
/// </summary>
internal sealed class StageSpans(StageKey key, StageRecord record, TimeProvider time)
{
    private readonly Dictionary<string, string> _trajectories = []; // trace contexts
    private StageDescription? _description;

    /// <summary>A trajectory waits for the stage.</summary>
    public void Wanted(string trajectory, StageWaiters.Request request)
    {
        _description ??= request.Description;
        if (request.TraceParent is { } traceParent && _trajectories.TryAdd(trajectory, traceParent))
        {
            record.Queued ??= time.GetUtcNow();
            record.TraceParent ??= Spans.TextOf(Of(traceParent));
            TraceBook.Stage(key, record.TraceParent);
        }
    }

    /// <summary>Gives the stage away. A worker that had it and never told how that ended has died: its attempt is closed.</summary>
    public LeaseTicket Grant(StageLeases leases, string worker)
    {
        CloseLost(null);
        var ticket = leases.Grant(worker);
        record.Granted = time.GetUtcNow();
        return ticket;
    }

    /// <summary>Closes the attempt of a worker that has died; does nothing when there is none.</summary>
    /// <param name="reason">What is known of its death.</param>
    public void CloseLost(string? reason)
    {
        if (record is not { Grantee: { } worker, Granted: { } granted, TraceParent: { } stage })
        {
            return;
        }
        record.Granted = null;
        ActivityContext.TryParse(stage, null, out var parent);
        Spans.Write(Telemetry.AttemptSpan, Spans.Attempt(stage, key, record.Epoch), parent, granted, time.GetUtcNow(), [], span =>
        {
            AttemptSpans.Describe(span, key, record.Epoch, worker, _description);
            span.SetTag(Telemetry.AttemptTag, record.Strikes).SetTag(Telemetry.OutcomeTag, "lost").SetTag(Telemetry.ErrorTypeTag, "lost")
                .SetStatus(ActivityStatusCode.Error, reason is null ? "its worker was not heard of again" : ErrorText.FirstLine(reason));
        });
    }

    /// <summary>The stage is over.</summary>
    /// <param name="waiters">Trajectories that wait for it.</param>
    /// <param name="report">How it ended; <see langword="null"/> when it failed.</param>
    public void End(IEnumerable<string> waiters, StageReport? report)
    {
        if (report is null)
        {
            CloseLost(null);
        }
        var waiting = waiters.Where(_trajectories.ContainsKey).ToList();
        var now = time.GetUtcNow();
        foreach (var trace in waiting.GroupBy(w => Of(_trajectories[w])))
        {
            var search = Spans.Context(_trajectories[trace.First()], Telemetry.SearchSpan);
            // In the trace of a search that came second, the stage is linked to that of the first, which has the attempts.
            ActivityContext.TryParse(record.TraceParent, null, out var first);
            var links = waiting.Select(w => Parsed(_trajectories[w])).Concat(first == trace.Key || first == default ? [] : [first]);
            Spans.Write(Telemetry.StageSpan, trace.Key, search, record.Queued ?? now, now, links, span => Describe(span, waiting.Count, report));
        }
        _trajectories.Clear();
        (record.Queued, record.TraceParent, record.Granted) = (null, null, null);
    }

    private void Describe(Activity span, int trajectories, StageReport? report)
    {
        AttemptSpans.Describe(span, _description);
        span.SetTag(Telemetry.StageTag, key.ToString()).SetTag(Telemetry.TrajectoriesTag, trajectories).SetTag(Telemetry.AttemptsTag, record.Attempts);
        if (report is not null)
        {
            AttemptSpans.Describe(span, report);
            return;
        }
        span.SetTag(Telemetry.ErrorTypeTag, "failed").SetStatus(ActivityStatusCode.Error, record.Failure ?? record.LastReason);
    }

    private ActivityContext Of(string traceParent) => Spans.Context(traceParent, Telemetry.StageSpan, key);

    private static ActivityContext Parsed(string traceParent) => ActivityContext.TryParse(traceParent, null, out var context) ? context : default;
}
