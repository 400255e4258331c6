using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using PruneSearch.Cluster.Connections;
using PruneSearch.Cluster.Persistence;
using PruneSearch.Cluster.Workers;
using PruneSearch.Connections;
using PruneSearch.Connections.Homes;
using PruneSearch.Core.Storage;

namespace PruneSearch.Cluster.Hosting;

/// <summary>
/// A whole cluster in this process: one silo on loopback ports, grain state in SQLite, checkpoints in a folder, and at most
/// one slot. It may be killed at any moment; the next host on the same home goes on after <see cref="SearchClient.ResumeAsync"/>.
/// </summary>
public sealed class EmbeddedHost : IAsyncDisposable
{
    private const int PortAttempts = 3;
    private readonly IHost _host;
    private readonly HomeLock _lock;
    private readonly string _database;

    private EmbeddedHost(IHost host, HomeLock taken, EmbeddedHostOptions options)
    {
        _host = host;
        _database = EmbeddedSilo.Database(options);
        _lock = taken;
        Store = host.Services.GetRequiredService<ICheckpointStore>();
        Client = new SearchClient(host.Services.GetRequiredService<IGrainFactory>(), options.Time, Store);
    }

    /// <summary>Talks to the silo.</summary>
    public SearchClient Client { get; }

    /// <summary>Checkpoints of the home.</summary>
    public ICheckpointStore Store { get; }

    /// <summary>Ends, with the reason in one line, when a stage does not let go of the slot, and never otherwise. Then the process has to end.</summary>
    public Task<string> StuckStage => _host.Services.GetRequiredService<StuckSlot>().Reason;

    /// <summary>The grains, for tests that play a worker.</summary>
    internal IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    /// <summary>The ports it listens on, for tests that knock.</summary>
    internal EndpointOptions Ports => _host.Services.GetRequiredService<IOptions<EndpointOptions>>().Value;

    /// <summary>Starts; it takes about a second.</summary>
    /// <exception cref="HomeInUseException">Another process runs searches in the home folder.</exception>
    /// <exception cref="IOException">The home folder cannot be written.</exception>
    /// <exception cref="ArgumentException">A timing is out of range.</exception>
    public static async Task<EmbeddedHost> StartAsync(EmbeddedHostOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Timings.Validate();
        string home = Path.GetFullPath(options.Home);
        var taken = await HomeLock.TakeAsync(home, options.Time, cancellation).ConfigureAwait(false);
        return await StartAsync(options with { Home = home }, taken, cancellation).ConfigureAwait(false);
    }

    /// <summary>Starts in a home that is locked already; lets go of it when that fails.</summary>
    internal static async Task<EmbeddedHost> StartAsync(EmbeddedHostOptions options, HomeLock taken, CancellationToken cancellation)
    {
        try
        {
            for (int attempt = 1; ; attempt++)
            {
                var file = new HostFile(Environment.ProcessId, 0, options.RunSlot);
                file.Write(options.Home);
                bool answers = options.RunSlot || options.KeepsOpen; // nobody connects to one that only answers a question
                var (silo, gateway) = (FreePort.Find(), answers ? FreePort.Find() : 0);
                byte[] certificate = HomeCertificate.Create(options.Time);
                var host = EmbeddedSilo.Build(options, silo, gateway, certificate);
                try
                {
                    await host.StartAsync(cancellation).ConfigureAwait(false);
                }
                catch (Exception e)
                {
                    await EmbeddedSilo.DisposeAsync(host).ConfigureAwait(false);
                    if (attempt < PortAttempts && e is SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse })
                    {
                        continue; // somebody took the port in between
                    }
                    throw;
                }
                if (gateway > 0)
                {
                    (file with { GatewayPort = gateway, Certificate = certificate }).Write(options.Home);
                }
                return new EmbeddedHost(host, taken, options);
            }
        }
        catch
        {
            taken.Dispose();
            throw;
        }
    }

    /// <summary>Cancels the running stage, gives it back, exports the last spans and lets go of the home folder.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await _host.StopAsync().ConfigureAwait(false);
        }
        finally
        {
            await EmbeddedSilo.DisposeAsync(_host).ConfigureAwait(false);
            SqliteSchema.Close(_database);
            _lock.Dispose();
        }
    }
}
