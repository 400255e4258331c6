using System.Net;
using PruneSearch.Cluster.Placement;
using PruneSearch.Connections;
using PruneSearch.Connections.Certificates;

namespace PruneSearch.Cluster.TestHost.Chaos;

/// <summary>A control silo and some workers, each in a process of its own, with a database and a checkpoint store of their own.</summary>
public sealed class ChaosCluster : IDisposable
{
    private const string ControlName = "control";
    private readonly ChaosOptions _options;
    private readonly NetworkHosts? _hosts;
    private readonly Credentials? _credentials;
    private readonly int _gateway;

    /// <summary>Starts all of it.</summary>
    /// <param name="options">How much of it.</param>
    /// <param name="hosts">Where silos run; <see langword="null"/> for this host.</param>
    public ChaosCluster(ChaosOptions options, NetworkHosts? hosts)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_options, _hosts) = (options, hosts);
        _credentials = options.Tls ? new Credentials(Path.Combine(options.Folder, "certificates")) : null;
        _gateway = Ports.Free();
        Postgres = new PostgresServer(options.PostgresPrograms, options.PostgresUser, Path.Combine(options.Folder, "postgres"), hosts?.Database ?? "127.0.0.1");
        Azurite = new AzuriteServer(options.AzuriteProgram, Path.Combine(options.Folder, "azurite"), hosts?.Store ?? "127.0.0.1");
        Control = Silo(ControlName, SiloRole.Control, null);
        Workers = [.. Enumerable.Range(1, options.Workers).Select(i =>
            Silo($"worker-{i}", SiloRole.Worker, i == options.Workers && options.Tls ? $"{Control.Settings.Address}:{_gateway}" : null))];
        Address = new ClusterAddress
        {
            Database = Postgres.ConnectionString,
            Timeout = TimeSpan.FromMinutes(2),
            Tls = _credentials is { } made ? new ClusterTls(made.Issue(CertificateRole.Operator, "chaos"), made.Authority) : null,
        };
    }

    /// <summary>The database.</summary>
    public PostgresServer Postgres { get; }

    /// <summary>The checkpoint store.</summary>
    public AzuriteServer Azurite { get; }

    /// <summary>The silo that coordinates.</summary>
    public SiloProcess Control { get; }

    /// <summary>One slot each.</summary>
    public IReadOnlyList<SiloProcess> Workers { get; }

    /// <summary>Every process.</summary>
    public IEnumerable<SiloProcess> Silos => [Control, .. Workers];

    /// <summary>For clients.</summary>
    public ClusterAddress Address { get; }

    /// <summary>Workers that use the database: members of the cluster.</summary>
    public IReadOnlyList<SiloProcess> Members => [.. Workers.Where(w => w.Settings.Gateways.Count == 0)];

    /// <summary>A silo's certificate runs out, or is renewed.</summary>
    public void Certify(SiloProcess silo, bool expired)
    {
        ArgumentNullException.ThrowIfNull(silo);
        var role = silo.Settings.Gateways.Count > 0 ? CertificateRole.Worker : CertificateRole.Silo;
        _ = expired ? _credentials!.IssueExpired(role, silo.Settings.Name) : _credentials!.Issue(role, silo.Settings.Name);
    }

    /// <summary>A silo and the database do not reach each other, or do again.</summary>
    public void Part(SiloProcess silo, bool parted)
    {
        ArgumentNullException.ThrowIfNull(silo);
        if (parted)
        {
            _hosts!.Lose(silo.Settings.Name, _hosts.Database);
        }
        else
        {
            _hosts!.Find(silo.Settings.Name, _hosts.Database);
        }
    }

    /// <summary>Ends all of it.</summary>
    public void Dispose()
    {
        foreach (var silo in Silos.Reverse())
        {
            silo.Dispose();
        }
        Azurite.Dispose();
        Postgres.Dispose();
    }

    private SiloProcess Silo(string name, SiloRole role, string? gateway)
    {
        string folder = Path.Combine(_options.Folder, name);
        var (address, before) = _hosts?.Add(name) ?? ("127.0.0.1", []);
        var settings = new SiloSettings
        {
            Name = name,
            Role = role,
            Database = gateway is null ? Postgres.ConnectionString : "",
            Gateways = gateway is null ? [] : [gateway],
            Checkpoints = Azurite.ConnectionString,
            Work = folder,
            MinMilliseconds = _options.MaxMilliseconds / 5,
            MaxMilliseconds = _options.MaxMilliseconds,
            Address = address,
            Certificate = _credentials?.Issue(gateway is null ? CertificateRole.Silo : CertificateRole.Worker, name),
            Authority = _credentials?.Authority,
        };
        return new SiloProcess(name == ControlName ? settings with { GatewayPort = _gateway } : settings, folder, before);
    }
}
