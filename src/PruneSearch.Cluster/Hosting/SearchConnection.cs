using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PruneSearch.Client;
using PruneSearch.Cluster.Observability;
using PruneSearch.Core.Storage;
using PruneSearch.Storage;

namespace PruneSearch.Cluster.Hosting;

/// <summary>
/// A way to ask about the searches of a home folder: through the process that runs them, or, when there is none, through
/// a host of its own that runs no stages.
/// </summary>
public sealed class SearchConnection : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private readonly IHost? _clientHost;
    private readonly EmbeddedHost? _embedded;

    private SearchConnection(IHost? clientHost, EmbeddedHost? embedded, SearchClient client, ICheckpointStore store, int? processId)
    {
        _clientHost = clientHost;
        _embedded = embedded;
        Client = client;
        Store = store;
        ProcessId = processId;
    }

    /// <summary>Talks to the searches.</summary>
    public SearchClient Client { get; }

    /// <summary>The checkpoints in the home folder.</summary>
    public ICheckpointStore Store { get; }

    /// <summary>The process that runs the searches; <see langword="null"/> when no process does.</summary>
    public int? ProcessId { get; }

    /// <summary>Connects.</summary>
    /// <param name="home">The home folder.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder, so there are no searches.</exception>
    /// <exception cref="HomeInUseException">The process that has the folder does not answer.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static async Task<SearchConnection> OpenAsync(string home, CancellationToken cancellation = default)
    {
        home = Path.GetFullPath(home);
        if (!Directory.Exists(home))
        {
            throw new DirectoryNotFoundException($"There is no folder {home}, so there are no searches.");
        }
        var time = TimeProvider.System;
        long start = time.GetTimestamp();
        while (time.GetElapsedTime(start) < Patience)
        {
            if (HomeLock.TryTake(home) is { } taken)
            {
                var embedded = await EmbeddedHost.StartAsync(new EmbeddedHostOptions { Home = home, RunSlot = false }, taken, cancellation).ConfigureAwait(false);
                return new SearchConnection(null, embedded, embedded.Client, embedded.Store, null);
            }
            if (HostFile.TryRead(home) is { RunsStages: true, GatewayPort: > 0 } running
                && await TryConnectAsync(home, running, time, cancellation).ConfigureAwait(false) is { } connection)
            {
                return connection;
            }
            await Task.Delay(Pause, time, cancellation).ConfigureAwait(false); // it starts, ends, or only answers a question
        }
        throw new HomeInUseException(home, HostFile.TryRead(home)?.ProcessId);
    }

    /// <summary>Disconnects; the searches go on in the process that runs them.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_embedded is not null)
        {
            await _embedded.DisposeAsync().ConfigureAwait(false);
        }
        if (_clientHost is not null)
        {
            await _clientHost.StopAsync().ConfigureAwait(false);
            await EmbeddedSilo.DisposeAsync(_clientHost).ConfigureAwait(false);
        }
    }

    private static async Task<SearchConnection?> TryConnectAsync(string home, HostFile running, TimeProvider time, CancellationToken cancellation)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.SetMinimumLevel(LogLevel.Critical);
        builder.AddPruneSearchTelemetry();
        builder.UseOrleansClient(client => client
            .UseLocalhostClustering(running.GatewayPort, EmbeddedSilo.ClusterName, EmbeddedSilo.ClusterName)
            .AddActivityPropagation());
        var host = builder.Build();
        try
        {
            await host.StartAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            await EmbeddedSilo.DisposeAsync(host).ConfigureAwait(false);
            return null;
        }
        var client = new SearchClient(host.Services.GetRequiredService<IGrainFactory>(), time);
        return new SearchConnection(host, null, client, new FolderCheckpointStore(home), running.ProcessId);
    }
}
