using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Extensions.Logging;
using Serilog.Formatting.Compact;

namespace PruneSearch.Cluster.Observability;

/// <summary>Sends messages to the console and to log files, and keeps the latest of each stage.</summary>
internal static class LoggingRegistration
{
    private const long LargestFile = 1L << 28; // then the day's next one is begun
    private const int KeptFiles = 31;

    /// <summary>Registers the log: structured, each message with the trace that it belongs to.</summary>
    /// <param name="console">Whether it goes to the console, one JSON object a line.</param>
    /// <param name="folder">Folder of log files, one a day, made at the first message; <see langword="null"/> for none.</param>
    public static void AddPruneSearchLogging(this HostApplicationBuilder builder, bool console, string? folder)
    {
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddFilter("PruneSearch", LogLevel.Information);
        builder.Logging.AddFilter("Orleans.Runtime.MembershipService", LogLevel.Information); // who joined, who was declared dead
        builder.Logging.AddFilter("Orleans.Connections.Security", LogLevel.None); // a stack trace for each stranger; our guard tells of them
        var recent = new RecentLog();
        builder.Services.AddSingleton(recent);
        var log = new LoggerConfiguration()
            .MinimumLevel.Verbose() // the levels above have decided already
            .Filter.ByExcluding(new StartNoise().Is)
            .Enrich.WithProperty("ProcessId", Environment.ProcessId)
            .WriteTo.Sink(recent);
        if (console)
        {
            log.WriteTo.Console(new RenderedCompactJsonFormatter());
        }
        if (folder is not null)
        {
            // What cannot be written is dropped: a full disk must not stop a search because of its log.
            log.WriteTo.File(
                Path.Combine(folder, "host-.log"),
                outputTemplate: RecentLog.Template,
                formatProvider: CultureInfo.InvariantCulture,
                rollingInterval: RollingInterval.Day,
                fileSizeLimitBytes: LargestFile,
                rollOnFileSizeLimit: true,
                retainedFileCountLimit: KeptFiles);
        }
        builder.Logging.AddProvider(new SerilogLoggerProvider(log.CreateLogger(), dispose: true)); // AddSerilog would switch the levels off
    }
}
