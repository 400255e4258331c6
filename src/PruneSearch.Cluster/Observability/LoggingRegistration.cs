using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace PruneSearch.Cluster.Observability;

/// <summary>Where messages go.</summary>
internal static class LoggingRegistration
{
    /// <summary>Registers the log: structured, each message with the trace that it belongs to.</summary>
    /// <param name="builder">The host.</param>
    /// <param name="console">Whether it goes to the console, one JSON object a line.</param>
    /// <param name="folder">Folder of log files; <see langword="null"/> for none.</param>
    /// <param name="time">The clock.</param>
    public static void AddPruneSearchLogging(this HostApplicationBuilder builder, bool console, string? folder, TimeProvider time)
    {
        builder.Services.Configure<LoggerFactoryOptions>(o => o.ActivityTrackingOptions = ActivityTrackingOptions.TraceId | ActivityTrackingOptions.SpanId);
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddFilter("PruneSearch", LogLevel.Information);
        builder.Logging.AddFilter("Orleans.Runtime.MembershipService", LogLevel.Information); // who joined, who was declared dead
        builder.Services.AddSingleton(new RecentLog(time));
        builder.Services.AddSingleton<ILoggerProvider>(p => p.GetRequiredService<RecentLog>());
        if (console)
        {
            builder.Logging.AddJsonConsole(o =>
            {
                o.IncludeScopes = true;
                o.UseUtcTimestamp = true;
                o.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
            });
        }
        if (folder is not null)
        {
            builder.Logging.AddProvider(new FileLoggerProvider(folder, time));
        }
    }
}
