using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using PruneSearch.Cluster.Hosting;
using PruneSearch.Cluster.Placement;
using PruneSearch.Connections.Certificates;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.TestHost.Chaos;

/// <summary>A silo with stub stages.</summary>
public sealed record SiloSettings
{
    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary>Role.</summary>
    public required SiloRole Role { get; init; }

    /// <summary>Connection string.</summary>
    public required string Database { get; init; }

    /// <summary>Checkpoints.</summary>
    public required string Checkpoints { get; init; }

    /// <summary>Folder of the process.</summary>
    public required string Work { get; init; }

    /// <summary>Slots.</summary>
    public int Slots { get; init; } = 1;

    /// <summary>Shortest stage in milliseconds.</summary>
    public int MinMilliseconds { get; init; } = 1000;

    /// <summary>Longest stage in milliseconds; how long one takes follows from its key.</summary>
    public int MaxMilliseconds { get; init; } = 1000;

    /// <summary>Whether starts and ends of stages are written to <c>runs.log</c>.</summary>
    public bool LogRuns { get; init; } = true;

    /// <summary>How many times as often it polls and renews.</summary>
    public int Faster { get; init; } = 1;

    /// <summary>Whether it writes its live memory, in MiB, every few seconds.</summary>
    public bool LogMemory { get; init; }

    /// <summary>The file for <see cref="LogMemory"/>.</summary>
    public string MemoryLog => Path.Combine(Work, "memory.log");

    /// <summary>Port for other silos.</summary>
    public int SiloPort { get; init; } = Ports.Free();

    /// <summary>Port for clients.</summary>
    public int GatewayPort { get; init; } = Ports.Free();

    /// <summary>Where others reach it.</summary>
    public string Address { get; init; } = "127.0.0.1";

    /// <summary>Its certificate; <see langword="null"/> for none.</summary>
    public string? Certificate { get; init; }

    /// <summary>The authority of its cluster.</summary>
    public string? Authority { get; init; }

    /// <summary>Gateways for a worker that is no member.</summary>
    public IReadOnlyList<string> Gateways { get; init; } = [];

    /// <summary>What <see cref="HangFile"/> says for a stage that does not hear that it is to stop.</summary>
    public const string Deaf = "deaf";

    /// <summary>As one argument.</summary>
    public string ToArgument() => JsonSerializer.Serialize(this);

    /// <summary>The log of a silo's stages.</summary>
    public string RunsLog => Path.Combine(Work, "runs.log");

    /// <summary>While it is there, the silo's next stage hangs.</summary>
    public string HangFile => Path.Combine(Work, "hang");

    /// <summary>Says by how many seconds the silo's clock is wrong.</summary>
    public string ClockFile => Path.Combine(Work, "clock");

    /// <summary>Runs it until the process is told to stop.</summary>
    public static async Task<int> RunAsync(string argument, CancellationToken stop)
    {
        var settings = JsonSerializer.Deserialize<SiloSettings>(argument)!;
        var options = new SiloOptions
        {
            Role = settings.Role,
            Database = settings.Database,
            Checkpoints = settings.Checkpoints,
            Name = settings.Name,
            AdvertisedAddress = IPAddress.Parse(settings.Address),
            Tls = settings.Certificate is { } certificate ? new ClusterTls(certificate, settings.Authority!) : null,
            Gateways = [.. settings.Gateways.Select(IPEndPoint.Parse)],
            Time = new SteppedClock(settings.ClockFile),
            SiloPort = settings.SiloPort,
            GatewayPort = settings.GatewayPort,
            Work = settings.Work,
            Slots = settings.Slots,
            Timings = new ClusterTimings
            {
                Silence = SilenceLimits.All(TimeSpan.FromSeconds(10)),
                LetGo = TimeSpan.FromSeconds(5),
                Poll = TimeSpan.FromSeconds(1) / settings.Faster,
                Renewal = TimeSpan.FromSeconds(2) / settings.Faster,
            },
        };
        await using var host = await SiloHost.StartAsync(
            options, s => s.AddSingleton<IStageRunner>(new TimedStageRunner(settings)), stop).ConfigureAwait(false);
        var end = Task.WhenAny(host.Completion, Task.Delay(Timeout.Infinite, stop));
        while (settings.LogMemory && !end.IsCompleted)
        {
            double live = GC.GetTotalMemory(forceFullCollection: true) / 1048576.0;
            await File.AppendAllTextAsync(settings.MemoryLog, string.Create(CultureInfo.InvariantCulture, $"{live:F1}\n"), CancellationToken.None)
                .ConfigureAwait(false);
            await Task.WhenAny(end, Task.Delay(TimeSpan.FromSeconds(5), CancellationToken.None)).ConfigureAwait(false);
        }
        await end.ConfigureAwait(false);
        return 0;
    }
}
