using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Logs;

namespace PruneSearch.Cluster.Observability;

/// <summary>Gives a message of the log the trace of the stage or search that it speaks of, where no span is at hand.</summary>
internal sealed class TraceOfRecord : BaseProcessor<LogRecord>
{
    private static readonly string[] Names = ["Stage", "Search"];

    public override void OnEnd(LogRecord data)
    {
        if (data.TraceId != default || data.Attributes is null)
        {
            return;
        }
        foreach (var (name, value) in data.Attributes)
        {
            if (Names.Contains(name) && value?.ToString() is { } text && TraceBook.Find(text) is var context && context != default)
            {
                (data.TraceId, data.SpanId, data.TraceFlags) = (context.TraceId, context.SpanId, context.TraceFlags);
                return;
            }
        }
    }
}
