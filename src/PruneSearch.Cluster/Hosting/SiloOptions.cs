using System.Net;
using PruneSearch.Cluster.Placement;
using PruneSearch.Connections.Certificates;
using PruneSearch.Connections.Cleaning;

namespace PruneSearch.Cluster.Hosting;

/// <summary>One process of a cluster.</summary>
public sealed record SiloOptions
{
    /// <summary>What it is for.</summary>
    public SiloRole Role { get; init; } = SiloRole.All;

    /// <summary>
    /// Connection string of PostgreSQL (<c>Host=…</c>), or of SQLite (<c>Data Source=FILE</c>) when all silos are on one machine. A guest only
    /// reads there where gateways are, and needs none with <see cref="Gateways"/>.
    /// </summary>
    public string Database { get; init; } = "";

    /// <summary>Gateways that a guest connects to; without them it asks the database.</summary>
    public IReadOnlyList<IPEndPoint> Gateways { get; init; } = [];

    /// <summary>
    /// Whether it is a worker that is no silo: its certificate is a worker's, or it only measures. It takes stages through gateways, and can do nothing else.
    /// </summary>
    public bool IsGuest => Role == SiloRole.Measure || Tls?.Owner is { Role: CertificateRole.Worker };

    /// <summary>Where checkpoints lie: a folder that all silos see, or a blob service, see <see cref="PruneSearch.Connections.CheckpointLocation"/>.</summary>
    public required string Checkpoints { get; init; }

    /// <summary>The blob container of <see cref="Checkpoints"/>.</summary>
    public string Container { get; init; } = "prunesearch";

    /// <summary>Silos with the same name and database are one cluster.</summary>
    public string ClusterId { get; init; } = "prunesearch";

    /// <summary>Name of the silo and of its slot, unique in the cluster.</summary>
    public string Name { get; init; } = $"{Environment.MachineName}-{Environment.ProcessId}";

    /// <summary>Whose stages the slot takes.</summary>
    public string DeviceClass { get; init; } = "cpu";

    /// <summary>Address under which other processes reach it. On a loopback address it also listens only there.</summary>
    public IPAddress AdvertisedAddress { get; init; } = IPAddress.Loopback;

    /// <summary>What it shows to other processes and demands of them; <see langword="null"/> for nothing.</summary>
    public ClusterTls? Tls { get; init; }

    /// <summary>Whether it may listen beyond this machine without <see cref="Tls"/>: whoever reaches its ports may do everything.</summary>
    public bool Insecure { get; init; }

    /// <summary>Port for other silos, 1 to 65535.</summary>
    public int SiloPort { get; init; } = 11111;

    /// <summary>Port for clients, 1 to 65535.</summary>
    public int GatewayPort { get; init; } = 30000;

    /// <summary>Port of the health endpoint; 0 for none.</summary>
    public int HealthPort { get; init; }

    /// <summary>Port of the endpoint for metrics; 0 for none.</summary>
    public int MetricsPort { get; init; }

    /// <summary>
    /// Where the endpoints for health and metrics listen: an address of this machine, or <c>*</c> for all; <see langword="null"/> for this
    /// machine alone where the silo listens only there, and for all otherwise.
    /// </summary>
    public string? ProbeAddress { get; init; }

    /// <summary>The host of the addresses at which health and metrics are asked for, as <see cref="HttpListener"/> writes it.</summary>
    internal string ProbeHost => ProbeAddress switch
    {
        null => IPAddress.IsLoopback(AdvertisedAddress) ? "127.0.0.1" : "+",
        "*" => "+",
        { } address => IPAddress.Parse(address) is { AddressFamily: System.Net.Sockets.AddressFamily.InterNetworkV6 } six ? $"[{six}]" : address,
    };

    /// <summary>
    /// Folder for the log, and for what the slot does, so that the next process knows what this one died of; <see langword="null"/> for none.
    /// </summary>
    public string? Work { get; init; }

    /// <summary>Slots of this process. More than one only makes sense for stages that do not work.</summary>
    internal int Slots { get; init; } = 1;

    /// <summary>How long the parts wait for each other.</summary>
    public ClusterTimings Timings { get; init; } = new();

    /// <summary>How members of the cluster find each other and notice who is gone.</summary>
    public MembershipTimings Membership { get; init; } = new();

    /// <summary>What is deleted by itself of what no search needs any more; <see langword="null"/> for nothing.</summary>
    public RetentionRule? Retention { get; init; }

    /// <summary>Whether the log goes to the console, one JSON object a line.</summary>
    public bool ConsoleLog { get; init; }

    /// <summary>Tells the time; tests have one of their own.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
