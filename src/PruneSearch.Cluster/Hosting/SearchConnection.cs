using PruneSearch.Cluster.Observability;
using PruneSearch.Connections;
using PruneSearch.Connections.Homes;
using PruneSearch.Core.Storage;

namespace PruneSearch.Cluster.Hosting;

/// <summary>
/// A way to ask about the searches of a home folder: through the process that runs them, or, when there is none, through
/// a host of its own that runs no stages.
/// </summary>
public sealed class SearchConnection : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private readonly IAsyncDisposable _owner;

    private SearchConnection(IAsyncDisposable owner, SearchClient client, ICheckpointStore store, int? processId)
    {
        _owner = owner;
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
                var embedded = await EmbeddedHost.StartAsync(new EmbeddedHostOptions { Home = home, RunSlot = false }, taken, cancellation)
                    .ConfigureAwait(false);
                return new SearchConnection(embedded, embedded.Client, embedded.Store, null);
            }
            if (HostFile.TryRead(home) is { Answers: true } running
                && await TryConnectAsync(home, running, cancellation).ConfigureAwait(false) is { } connection)
            {
                return connection;
            }
            await Task.Delay(Pause, time, cancellation).ConfigureAwait(false); // it starts, ends, or only answers a question
        }
        throw new HomeInUseException(home, HostFile.TryRead(home)?.ProcessId);
    }

    /// <summary>Disconnects; the searches go on in the process that runs them.</summary>
    public ValueTask DisposeAsync() => _owner.DisposeAsync();

    private static async Task<SearchConnection?> TryConnectAsync(string home, HostFile running, CancellationToken cancellation)
    {
        if (ClusterAddress.OfHome(home) is not { } address)
        {
            return null;
        }
        address = address with { Patience = Patience, Once = true }; // whoever calls tries again
        try
        {
            var client = await ClusterClient.ConnectAsync(address, host => host.AddPruneSearchTelemetry(), cancellation: cancellation).ConfigureAwait(false);
            return new SearchConnection(client, client.Searches, client.Checkpoints!, running.ProcessId);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
