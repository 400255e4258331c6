using System.CommandLine;
using PruneSearch.Cluster.Hosting;
using PruneSearch.Cluster.Placement;
using PruneSearch.Connections.Configuration;
using PruneSearch.Connections.Sessions;
using PruneSearch.Inference.Measuring;
using PruneSearch.Stages;
using PruneSearch.Web.Dashboards;

namespace PruneSearch.Cli.Commands;

/// <summary>Runs one process of a cluster until it is told to stop.</summary>
internal static class SiloCommand
{
    private const string WebRole = "web"; // no silo, but run like one: a client with doors for people

    private static readonly string[] ClientKeys = ["timeout-seconds"];

    public static Command Create(CliContext context)
    {
        var file = TextOption.Create("--config", "Settings as a YAML file; the environment (PRUNESEARCH_…) and options come before it", "FILE");
        var command = new Command("silo", "Be one process of a cluster: coordinate searches, work on stages, both, or serve page and HTTP API") { file };
        var options = new Dictionary<string, Option<string?>>(StringComparer.Ordinal);
        foreach (var (key, description) in SettingKeys.Descriptions.Where(d => !ClientKeys.Contains(d.Key)))
        {
            options[key] = new Option<string?>("--" + key) { Description = description, HelpName = key.ToUpperInvariant() };
            command.Add(options[key]);
        }
        command.SetAction((parsed, cancellation) => ErrorLines.GuardAsync(context, () =>
        {
            var given = options.ToDictionary(o => o.Key, o => parsed.GetValue(o.Value), StringComparer.Ordinal);
            var settings = Settings.Read(parsed.GetValue(file), given, Environment.GetEnvironmentVariable, SettingKeys.All);
            return settings.Text("role") == WebRole ? UiCommand.ServeClusterAsync(context, settings, cancellation)
                : RunAsync(context, SiloConfiguration.Read(parsed.GetValue(file), given, Environment.GetEnvironmentVariable), cancellation);
        }, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(CliContext context, SiloConfiguration configuration, CancellationToken cancellation)
    {
        var silo = configuration.Silo;
        Warnings.Write(context, configuration.Warnings);
        SiloHost started;
        try
        {
            started = await StartAsync(configuration, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return ExitCode.Ok; // it was asked to stop before there was anything to stop
        }
        await using var host = started;
        string slot = silo.Role == SiloRole.Control ? "no slot" : $"slot {configuration.Device} of class {silo.DeviceClass}";
        string doors = !silo.IsGuest ? $"{silo.AdvertisedAddress}, silo port {silo.SiloPort}, gateway port {silo.GatewayPort}"
            : silo.Gateways.Count > 0 ? $"through {string.Join(", ", silo.Gateways)}" : "through the gateways that the database names";
        await context.Error.WriteLineAsync($"{(silo.IsGuest ? "Worker" : "Silo")} {silo.Name} of cluster {silo.ClusterId}: " +
            $"{silo.Role.ToString().ToLowerInvariant()}, {slot}, {doors}");
        await Task.WhenAny(host.Completion, Task.Delay(Timeout.Infinite, cancellation));
        if (host.StuckStage.IsCompleted)
        {
            throw new StuckStageException($"silo {silo.Name}: {await host.StuckStage}"); // whoever watches over it starts it again
        }
        return ExitCode.Ok; // it was asked to stop, and did in good order
    }

    private static Task<SiloHost> StartAsync(SiloConfiguration configuration, CancellationToken cancellation)
    {
        var silo = configuration.Silo;
        return SiloHost.StartAsync(silo, services =>
        {
            _ = silo.Role == SiloRole.Measure ? services.AddMeasuringRunner(configuration.Threads, configuration.Device) : services.AddStageRunner(o =>
            {
                o.Device = configuration.Device;
                o.Threads = configuration.Threads;
                o.SnapshotInterval = configuration.SnapshotInterval;
                o.PictureCache = configuration.PictureCache ?? o.PictureCache;
            });
            _ = silo.IsGuest ? services : services.AddSiloDashboard();
        }, cancellation);
    }
}
