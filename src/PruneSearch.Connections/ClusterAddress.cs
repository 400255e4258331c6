using System.Net;
using PruneSearch.Connections.Certificates;
using PruneSearch.Connections.Configuration;
using PruneSearch.Connections.Homes;
using PruneSearch.Core;

namespace PruneSearch.Connections;

/// <summary>How a program finds a running cluster and its checkpoints.</summary>
public sealed record ClusterAddress
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Name of the cluster in its database; <c>prunesearch</c> by default.</summary>
    public string ClusterId { get; init; } = "prunesearch";

    /// <summary>Gateways to try; or none, and then <see cref="Database"/> knows them.</summary>
    public IReadOnlyList<IPEndPoint> Gateways { get; init; } = [];

    /// <summary>Connection string of the cluster's PostgreSQL database, where the gateways stand; <see langword="null"/> when they are given.</summary>
    public string? Database { get; init; }

    /// <summary>Where checkpoints lie, see <see cref="CheckpointLocation"/>; <see langword="null"/> when the program needs none.</summary>
    public string? Checkpoints { get; init; }

    /// <summary>The blob container of <see cref="Checkpoints"/>.</summary>
    public string Container { get; init; } = "prunesearch";

    /// <summary>What the program shows to silos and demands of them; <see langword="null"/> for a cluster without certificates.</summary>
    public ClusterTls? Tls { get; init; }

    /// <summary>What the process that works on a home and its clients show each other, see <see cref="OfHome"/>.</summary>
    internal byte[]? HomeCertificate { get; init; }

    /// <summary>What is not right about how it was written, such as a file with a password that others can read; one line each.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>How long to connect, and how long to wait for an answer, in all; 1 s to 10 min, 30 s by default.</summary>
    public TimeSpan Timeout { get; init; } = DefaultTimeout;

    /// <summary>Whether a failed attempt to connect is the last one.</summary>
    public bool Once { get; init; }

    /// <summary>
    /// Reads an address as users write it: gateways (<c>10.0.0.5:30000,10.0.0.6:30000</c>), or a YAML file with the settings
    /// that the silos have. What it does not say comes from the environment (<c>PRUNESEARCH_CHECKPOINTS</c>, …).
    /// </summary>
    /// <exception cref="SettingsException">It is neither.</exception>
    public static ClusterAddress Parse(string text) => Parse(text, Environment.GetEnvironmentVariable);

    /// <summary>Reads an address with another environment than this process has.</summary>
    /// <param name="text">The address, see <see cref="Parse(string)"/>.</param>
    /// <param name="environment">Reads a variable.</param>
    /// <exception cref="SettingsException">It is neither gateways nor a settings file.</exception>
    public static ClusterAddress Parse(string text, Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(text);
        bool isFile = File.Exists(text);
        var given = new Dictionary<string, string?> { ["gateways"] = isFile ? null : text };
        var settings = Settings.Read(isFile ? text : null, given, environment, SettingKeys.All);
        return From(settings, isFile ? $"{text}: gateways" : "--cluster", text);
    }

    /// <summary>The address in the settings of a process.</summary>
    /// <exception cref="SettingsException">They name neither gateways nor a database.</exception>
    public static ClusterAddress From(Settings settings) => From(settings, "gateways", "the settings");

    private static ClusterAddress From(Settings settings, string source, string text)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var gateways = ReadGateways(settings.Text("gateways"), source);
        return gateways.Count == 0 && settings.Text("database") is null
            ? throw new SettingsException($"{text}: names neither gateways nor a database, expected 'gateways: HOST:PORT' or 'database: …'")
            : new ClusterAddress
            {
                ClusterId = settings.Text("cluster-id") ?? "prunesearch",
                Gateways = gateways,
                Database = settings.Text("database"),
                Checkpoints = settings.Text("checkpoints"),
                Container = settings.Text("container") ?? "prunesearch",
                Tls = ClusterTls.Read(settings),
                Timeout = settings.Seconds("timeout-seconds", DefaultTimeout, 1, 600),
                Warnings = settings.Warnings,
            };
    }

    /// <summary>The process that works on the searches of a home folder, for other programs of the same user on this machine.</summary>
    /// <returns><see langword="null"/> when no process works there, or when it is only just starting.</returns>
    public static ClusterAddress? OfHome(string home) => HostFile.TryRead(home) is { Answers: true } running
        ? new ClusterAddress
        {
            ClusterId = HostFile.ClusterId,
            Gateways = [new IPEndPoint(IPAddress.Loopback, running.GatewayPort)],
            Checkpoints = Path.GetFullPath(home),
            HomeCertificate = running.Certificate,
        } : null;

    /// <summary>Reads gateways: <c>HOST:PORT</c>, several with commas between them; none for <see langword="null"/>.</summary>
    /// <param name="source">Where it stands, for messages.</param>
    /// <exception cref="SettingsException">It is something else, or a host has no address.</exception>
    public static IReadOnlyList<IPEndPoint> ReadGateways(string? text, string source)
    {
        var found = new List<IPEndPoint>();
        foreach (string part in text?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [])
        {
            int colon = part.LastIndexOf(':');
            if (colon <= 0 || PlainNumber.ParseWhole(part[(colon + 1)..]) is not { } port || port is < 1 or > 65535)
            {
                throw new SettingsException($"{source}: '{part}' is not right, expected HOST:PORT, several with commas between them, or an " +
                    "existing settings file");
            }
            found.AddRange(Resolve(part[..colon], source).Select(a => new IPEndPoint(a, port)));
        }
        return found;
    }

    private static IPAddress[] Resolve(string host, string source)
    {
        try
        {
            return IPAddress.TryParse(host, out var address) ? [address] : Dns.GetHostAddresses(host, System.Net.Sockets.AddressFamily.InterNetwork);
        }
        catch (System.Net.Sockets.SocketException e)
        {
            throw new SettingsException($"{source}: host '{host}' has no address: {e.Message}", e);
        }
    }
}
