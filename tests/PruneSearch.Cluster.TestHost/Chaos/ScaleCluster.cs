using PruneSearch.Cluster.Hosting;
using PruneSearch.Cluster.Placement;
using PruneSearch.Connections;
using PruneSearch.Connections.Certificates;

namespace PruneSearch.Cluster.TestHost.Chaos;

/// <summary>A quiet cluster of a control silo and workers with many slots, on PostgreSQL and a folder.</summary>
public sealed class ScaleCluster : IAsyncDisposable
{
    private readonly ScaleOptions _options;
    private readonly Credentials? _credentials;

    private ScaleCluster(ScaleOptions options)
    {
        _options = options;
        Directory.CreateDirectory(options.Folder);
        _credentials = options.Tls ? new Credentials(Path.Combine(options.Folder, "certificates")) : null;
        Postgres = new PostgresServer(options.PostgresPrograms, options.PostgresUser, Path.Combine(options.Folder, "postgres"));
        Control = Silo("control", SiloRole.Control);
        Workers = [.. Enumerable.Range(1, options.Workers).Select(i => Silo($"worker-{i}", SiloRole.Worker))];
    }

    /// <summary>An operator.</summary>
    public ClusterClient Client { get; private set; } = null!;

    /// <summary>The silo that coordinates.</summary>
    public SiloProcess Control { get; }

    /// <summary>The others.</summary>
    public IReadOnlyList<SiloProcess> Workers { get; }

    /// <summary>The database.</summary>
    public PostgresServer Postgres { get; }

    /// <summary>Starts one and waits until all of its slots are there.</summary>
    public static async Task<ScaleCluster> StartAsync(ScaleOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var cluster = new ScaleCluster(options);
        try
        {
            cluster.Client = await cluster.ConnectAsync().ConfigureAwait(false);
            while ((await cluster.Client.Searches.WorkersAsync().ConfigureAwait(false)).Count < options.Workers * options.Slots)
            {
                await Task.Delay(200).ConfigureAwait(false); // all silos have joined and are compiled
            }
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>One client more.</summary>
    public Task<ClusterClient> ConnectAsync() => ClusterClient.ConnectAsync(new ClusterAddress
    {
        Database = Postgres.ConnectionString,
        Timeout = TimeSpan.FromMinutes(2),
        Tls = _credentials is { } made ? new ClusterTls(made.Issue(CertificateRole.Operator, "scale"), made.Authority) : null,
    });

    /// <summary>Processor seconds of the workers so far.</summary>
    public double WorkerSeconds() => Workers.Sum(w => w.ProcessorSeconds());

    /// <summary>Ends all of it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Client is not null)
        {
            await Client.DisposeAsync().ConfigureAwait(false);
        }
        foreach (var silo in Workers.Append(Control))
        {
            silo.Dispose();
        }
        Postgres.Dispose();
    }

    private SiloProcess Silo(string name, SiloRole role)
    {
        string folder = Path.Combine(_options.Folder, name);
        return new SiloProcess(new SiloSettings
        {
            Name = name,
            Role = role,
            Database = Postgres.ConnectionString,
            Checkpoints = Path.Combine(_options.Folder, "checkpoints"),
            Work = folder,
            Slots = _options.Slots,
            MinMilliseconds = _options.Milliseconds,
            MaxMilliseconds = _options.Milliseconds,
            LogRuns = _options.Strategy is not null,
            Certificate = _credentials?.Issue(CertificateRole.Silo, name),
            Authority = _credentials?.Authority,
        }, folder);
    }
}
