using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using PruneSearch.Core;

namespace PruneSearch.Cluster.Observability;

/// <summary>Exports spans, metrics and the log over OTLP when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set, and metrics to who asks for them.</summary>
public static class TelemetryRegistration
{
    private const int FlushMilliseconds = 5000;
    private const string DelayVariable = "OTEL_BSP_SCHEDULE_DELAY";
    private const int DelayMilliseconds = 500; // there are few spans, and what a process has not exported dies with it
    private const string OrleansVariable = "PRUNESEARCH_TRACE_ORLEANS";

    /// <summary>The same for a client.</summary>
    public static IHostApplicationBuilder AddPruneSearchTelemetry(this IHostApplicationBuilder builder) =>
        builder.AddPruneSearchTelemetry("prunesearch-client", ProcessName.Text);

    /// <summary>Registers the exporters if they are asked for. The standard <c>OTEL_</c> variables configure them, and say who it is if they do.</summary>
    /// <param name="service">What kind of process it is: <c>prunesearch-control</c>, …</param>
    /// <param name="instance">Its name, unique in the cluster.</param>
    /// <param name="scrape">Where Prometheus may ask for metrics at <c>/metrics</c>; <see langword="null"/> for nowhere.</param>
    public static IHostApplicationBuilder AddPruneSearchTelemetry(this IHostApplicationBuilder builder, string service, string instance,
        (string Host, int Port)? scrape = null)
    {
        bool exports = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT"));
        if (!exports && scrape is null)
        {
            return builder;
        }
        builder.Configuration.AddEnvironmentVariables(); // the exporter reads its variables from here
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(r => r.AddService(service, serviceVersion: ProductVersion.Text, serviceInstanceId: instance).AddEnvironmentVariableDetector())
            .WithMetrics(m =>
            {
                m.AddMeter(Telemetry.Name, "Microsoft.Orleans", "System.Runtime");
                if (exports)
                {
                    m.AddOtlpExporter();
                }
                if (scrape is { } address)
                {
                    m.AddPrometheusHttpListener(o => (o.Host, o.Port) = address);
                }
            });
        if (exports)
        {
            telemetry.WithTracing(Trace)
                .WithLogging(l => l.AddProcessor(new TraceOfRecord()).AddOtlpExporter(), o => o.IncludeFormattedMessage = true);
        }
        return builder;
    }

    private static void Trace(TracerProviderBuilder traces)
    {
        traces.AddSource(Telemetry.Name).AddOtlpExporter(o =>
        {
            if (Environment.GetEnvironmentVariable(DelayVariable) is null)
            {
                o.BatchExportProcessorOptions.ScheduledDelayMilliseconds = DelayMilliseconds;
            }
        });
        if (string.Equals(Environment.GetEnvironmentVariable(OrleansVariable), "true", StringComparison.OrdinalIgnoreCase))
        {
            traces.AddSource("Microsoft.Orleans.Application", "Microsoft.Orleans.Runtime", "Microsoft.Orleans.Lifecycle", "Microsoft.Orleans.Storage");
        }
    }

    /// <summary>Exports what has not been exported yet; waits 5 s at most for each of spans, metrics and the log.</summary>
    internal static void FlushTelemetry(this IServiceProvider services)
    {
        services.GetService<TracerProvider>()?.ForceFlush(FlushMilliseconds);
        services.GetService<MeterProvider>()?.ForceFlush(FlushMilliseconds);
        services.GetService<LoggerProvider>()?.ForceFlush(FlushMilliseconds);
    }
}
