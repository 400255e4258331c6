using System.Diagnostics;
using Serilog.Events;

namespace PruneSearch.Cluster.Observability;

/// <summary>
/// Warnings of Orleans at every start that ask for nothing: it recommends the garbage collector of servers, which takes memory for
/// each core that belongs to training here; its watchdog takes the time since the machine started for a stall when its one
/// thread is quicker than the other.
/// </summary>
internal sealed class StartNoise
{
    private readonly long _start = Stopwatch.GetTimestamp();

    public bool Is(LogEvent logEvent)
    {
        string text = logEvent.MessageTemplate.Text;
        return text == "Hosting failed to start" // whoever started it is told, and says so
            || text.StartsWith("Note: Silo not running with ServerGC", StringComparison.Ordinal)
            || text.StartsWith("Note: ServerGC only kicks in", StringComparison.Ordinal)
            || (text.StartsWith("Participant check thread has not completed", StringComparison.Ordinal) && BeganBeforeUs(logEvent));
    }

    private bool BeganBeforeUs(LogEvent logEvent) =>
        logEvent.Properties.GetValueOrDefault("TimeSinceLastTick") is ScalarValue { Value: TimeSpan stall } && stall > Stopwatch.GetElapsedTime(_start);
}
