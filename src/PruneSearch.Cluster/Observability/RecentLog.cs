using System.Globalization;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting.Display;

namespace PruneSearch.Cluster.Observability;

/// <summary>Keeps the last lines of the log, so that a stage that fails can tell what came before.</summary>
internal sealed class RecentLog : ILogEventSink
{
    /// <summary>An event as text: time, level, process, trace, who says it, and what; an exception follows on further lines.</summary>
    public const string Template = "{UtcTimestamp:o} {Level} {ProcessId} {TraceId} {SourceContext}: {Message:l}{NewLine}{Exception}";

    private const int Kept = 60;
    private readonly MessageTemplateTextFormatter _format = new(Template, CultureInfo.InvariantCulture);
    private readonly Queue<string> _lines = new();
    private readonly Lock _gate = new();

    /// <summary>The last lines, oldest first.</summary>
    /// <param name="lines">How many at most.</param>
    public string Tail(int lines)
    {
        lock (_gate)
        {
            return string.Join('\n', _lines.TakeLast(lines));
        }
    }

    public void Emit(LogEvent logEvent)
    {
        if (logEvent.Level < LogEventLevel.Information)
        {
            return;
        }
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        _format.Format(logEvent, text);
        lock (_gate)
        {
            foreach (string line in text.ToString().TrimEnd().Split('\n'))
            {
                _lines.Enqueue(line);
            }
            while (_lines.Count > Kept)
            {
                _lines.Dequeue();
            }
        }
    }
}
