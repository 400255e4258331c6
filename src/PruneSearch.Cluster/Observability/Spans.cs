using System.Diagnostics;
using System.Runtime.CompilerServices;
using PruneSearch.Core;

namespace PruneSearch.Cluster.Observability;

/// <summary>
/// Spans whose identity follows from what they stand for: a search, a trajectory, a stage, an attempt. So others can be below or linked to one
/// long before it is written at its end, whichever process does that, and what a killed process began somebody else can close.
/// </summary>
internal static class Spans
{
    /// <summary>The trace of a search that is launched now.</summary>
    /// <returns>W3C trace context of the search's span.</returns>
    public static string NewSearch()
    {
        var trace = ActivityTraceId.CreateRandom();
        return Text(new ActivityContext(trace, SpanIds.Of(trace, Telemetry.SearchSpan), ActivityTraceFlags.Recorded));
    }

    /// <summary>Context of another span in the trace of a given one; the default when that is none.</summary>
    /// <param name="traceParent">W3C trace context of any span of the trace.</param>
    /// <param name="what">What the span stands for, unique in the trace; the span's name is first.</param>
    public static ActivityContext Context(string? traceParent, params ReadOnlySpan<string> what) =>
        ActivityContext.TryParse(traceParent, null, out var known) ? new ActivityContext(known.TraceId, SpanIds.Of(known.TraceId, what), known.TraceFlags)
        : default;

    /// <summary>Context of the span of an attempt at a stage.</summary>
    /// <param name="stage">W3C trace context of the stage's span.</param>
    /// <param name="epoch">Epoch of the attempt's lease.</param>
    public static ActivityContext Attempt(string? stage, string key, long epoch) =>
        Context(stage, Telemetry.AttemptSpan, key, epoch.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>W3C trace context as text; <see langword="null"/> of the default.</summary>
    public static string? TextOf(ActivityContext context) => context == default ? null : Text(context);

    /// <summary>Begins a span of known identity.</summary>
    /// <param name="context">Its identity.</param>
    /// <param name="parent">The span above it; the default for none.</param>
    /// <param name="start">When it began; now by default.</param>
    /// <param name="links">Spans of which it is a part, too.</param>
    /// <returns>The span, to be stopped; <see langword="null"/> when nobody listens.</returns>
    public static Activity? Begin(string name, ActivityContext context, ActivityContext parent = default, DateTimeOffset start = default,
        IEnumerable<ActivityContext>? links = null)
    {
        if (context == default)
        {
            return null;
        }
        var above = parent == default ? new ActivityContext(context.TraceId, default, context.TraceFlags) : parent;
        var span = Telemetry.Source.StartActivity(name, ActivityKind.Internal, above, null, links?.Select(l => new ActivityLink(l)), start);
        if (span is not null)
        {
            Identify(span, context.SpanId);
        }
        return span;
    }

    /// <summary>Writes a span that is over: it never is the current one.</summary>
    public static void Write(string name, ActivityContext context, ActivityContext parent, DateTimeOffset start, DateTimeOffset end,
        IEnumerable<ActivityContext> links, Action<Activity> describe)
    {
        var current = Activity.Current;
        try
        {
            Activity.Current = null;
            using var span = Begin(name, context, parent, start, links);
            if (span is not null)
            {
                describe(span);
                span.SetEndTime(end.UtcDateTime);
            }
        }
        finally
        {
            Activity.Current = current;
        }
    }

    private static string Text(ActivityContext context) => $"00-{context.TraceId}-{context.SpanId}-{(byte)context.TraceFlags:x2}";

    // A runtime without the field gives spans identities of their own: links lead nowhere, but no search fails for that.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Identify(Activity span, ActivitySpanId id)
    {
        try
        {
            SpanIdOf(span) = id.ToHexString();
        }
        catch (MissingFieldException)
        {
        }
    }

    // There is no public way to choose it. A test holds that this field is the one that exporters see.
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_spanId")]
    private static extern ref string? SpanIdOf(Activity activity);
}
