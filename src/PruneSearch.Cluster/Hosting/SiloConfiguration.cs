using System.Net;
using System.Net.Sockets;
using PruneSearch.Cluster.Persistence;
using PruneSearch.Cluster.Placement;
using PruneSearch.Connections;
using PruneSearch.Connections.Certificates;
using PruneSearch.Connections.Cleaning;
using PruneSearch.Connections.Configuration;
using PruneSearch.Core;
using PruneSearch.Core.Searches;

using PruneSearch.Core.Stages;
namespace PruneSearch.Cluster.Hosting;

/// <summary>A silo's options as users write them, and what its slot is made of.</summary>
/// <param name="Device">Device of the slot: <c>cpu</c>, <c>cuda</c>, <c>cuda:1</c>.</param>
/// <param name="Threads">Threads of the slot; 0 for all cores.</param>
/// <param name="SnapshotInterval">Time between snapshots within a stage.</param>
public sealed record SiloConfiguration(SiloOptions Silo, string Device, int Threads, TimeSpan SnapshotInterval)
{
    /// <summary>Folder for pictures that are fetched from the checkpoints; <see langword="null"/> for one of the user.</summary>
    public string? PictureCache { get; init; }

    /// <summary>What is not right about how they were written, such as a file with a password that others can read; one line each.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Reads the file, the environment and the command line, and checks every value.</summary>
    /// <exception cref="SettingsException">A value is wrong or missing; the message says where and what was expected.</exception>
    public static SiloConfiguration Read(string? file, IReadOnlyDictionary<string, string?> commandLine, Func<string, string?> environment)
    {
        var settings = Settings.Read(file, commandLine, environment, SettingKeys.All);
        string device = settings.Text("device") ?? "cpu";
        var tls = ClusterTls.Read(settings);
        bool worker = tls?.Owner is { Role: CertificateRole.Worker };
        var role = settings.Choice("role", worker ? SiloRole.Worker : SiloRole.All);
        bool guest = worker || role == SiloRole.Measure;
        var gateways = ClusterAddress.ReadGateways(guest ? settings.Text("gateways") : null, "gateways");
        string database = guest && gateways.Count > 0 ? "" : settings.Required("database", "the connection string of the cluster's database" +
            (guest ? ", or 'gateways' with HOST:PORT" : ""));
        if (database.Length > 0)
        {
            settings.Using("database", () => ClusterDatabase.Parse(database));
        }
        string checkpoints = settings.Required("checkpoints", CheckpointLocation.Expected);
        string container = settings.Text("container") ?? "prunesearch";
        settings.Using("checkpoints", () => CheckpointLocation.Open(checkpoints, container));
        var options = new SiloOptions
        {
            Role = role,
            Database = database,
            Checkpoints = checkpoints,
            Container = container,
            ClusterId = Named(settings, "cluster-id", "prunesearch"),
            Name = Named(settings, "name", $"{Environment.MachineName}-{Environment.ProcessId}"),
            DeviceClass = Named(settings, "device-class", device.StartsWith("cuda", StringComparison.Ordinal) ? "cuda" : device),
            AdvertisedAddress = settings.Using("advertised-address", () => Address(settings.Text("advertised-address"))),
            SiloPort = Port(settings, "silo-port", 11111),
            GatewayPort = Port(settings, "gateway-port", 30000),
            Tls = tls,
            Gateways = gateways,
            Insecure = settings.Flag("insecure", false),
            HealthPort = settings.Number("health-port", 0, 0, 65535),
            MetricsPort = settings.Number("metrics-port", 0, 0, 65535),
            ProbeAddress = settings.Using("probe-address", () => Probe(settings.Text("probe-address"))),
            Work = settings.Text("work"),
            Retention = RetentionRule.Read(settings),
            Timings = new ClusterTimings { Silence = settings.Using("longest-silence", () => Silence(settings.Text("longest-silence"))) },
            ConsoleLog = true,
        };
        return new SiloConfiguration(
            settings.Using("certificate", () => SiloHost.RequireOwner(settings.Using("advertised-address", () => SiloHost.RequireDoors(options)))),
            settings.Using("device", () => Checked(device)),
            settings.Number("threads", 0, 0, 1024),
            settings.Seconds("snapshot-seconds", TimeSpan.FromSeconds(30), 1, 3600))
        {
            PictureCache = settings.Text("picture-cache"),
            Warnings = settings.Warnings,
        };
    }

    private static string Named(Settings settings, string key, string otherwise) => settings.Using(key, () =>
    {
        return DeviceClasses.Require(settings.Text(key) ?? otherwise); // the other names are made of the same
    });

    private static string Checked(string device) =>
        device is "cpu" or "cuda" || (device.StartsWith("cuda:", StringComparison.Ordinal) && PlainNumber.ParseWhole(device["cuda:".Length..]) >= 0)
            ? device
            : throw new ArgumentException($"'{device}' is not right, expected cpu, cuda or cuda:NUMBER");

    private static string? Probe(string? text) => text is null or "*" || IPAddress.TryParse(text, out _) ? text
        : throw new ArgumentException($"'{text}' is not right, expected an IP address of this machine, or *");

    private static SilenceLimits Silence(string? text) => text is null ? new SilenceLimits() : SilenceLimits.Parse(text);

    private static IPAddress Address(string? text)
    {
        if (text is null)
        {
            return IPAddress.Loopback;
        }
        try
        {
            return IPAddress.TryParse(text, out var address) ? address : Dns.GetHostAddresses(text, AddressFamily.InterNetwork)[0];
        }
        catch (SocketException e)
        {
            throw new ArgumentException($"'{text}' has no address, expected an IP address or the name of this machine: {e.Message}", e);
        }
    }

    private static int Port(Settings settings, string key, int otherwise)
    {
        int port = settings.Number(key, otherwise, 0, 65535);
        return port > 0 ? port : FreePort.Find();
    }
}
