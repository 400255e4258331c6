using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using PruneSearch.Core;

namespace PruneSearch.Cluster.Observability;

/// <summary>Exports spans and metrics over OTLP when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set; otherwise does nothing at all.</summary>
public static class TelemetryRegistration
{
    private const int FlushMilliseconds = 5000;

    /// <summary>Registers the exporters if they are asked for. The standard <c>OTEL_</c> variables configure them.</summary>
    public static IHostApplicationBuilder AddPruneSearchTelemetry(this IHostApplicationBuilder builder)
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT")))
        {
            return builder;
        }
        builder.Configuration.AddEnvironmentVariables(); // the exporter reads its variables from here
        builder.Services.AddOpenTelemetry()
            .ConfigureResource(r => r.AddService("prunesearch"))
            .WithTracing(t => t
                .AddSource(Telemetry.Name, "Microsoft.Orleans.Application", "Microsoft.Orleans.Runtime", "Microsoft.Orleans.Lifecycle",
                    "Microsoft.Orleans.Storage")
                .AddOtlpExporter())
            .WithMetrics(m => m.AddMeter(Telemetry.Name, "Microsoft.Orleans").AddOtlpExporter());
        return builder;
    }

    /// <summary>Exports what has not been exported yet; waits 5 s at most for each of spans and metrics.</summary>
    internal static void FlushTelemetry(this IServiceProvider services)
    {
        services.GetService<TracerProvider>()?.ForceFlush(FlushMilliseconds);
        services.GetService<MeterProvider>()?.ForceFlush(FlushMilliseconds);
    }
}
