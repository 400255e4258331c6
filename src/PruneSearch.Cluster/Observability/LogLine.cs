using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace PruneSearch.Cluster.Observability;

/// <summary>A message of the log as text.</summary>
internal static class LogLine
{
    /// <summary>Time, level, process, trace and message; an exception follows on further lines.</summary>
    public static string Of(DateTimeOffset now, LogLevel level, string category, string message, Exception? exception)
    {
        string trace = Activity.Current is { } activity ? $" {activity.TraceId}" : "";
        string line = string.Create(CultureInfo.InvariantCulture, $"{now:O} {level} {Environment.ProcessId}{trace} {category}: {message}");
        return exception is null ? line : $"{line}\n{exception}";
    }
}
