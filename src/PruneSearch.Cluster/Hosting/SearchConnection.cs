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
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private readonly IAsyncDisposable _owner;

    private SearchConnection(EmbeddedHost host, EmbeddedHostOptions options)
    {
        (_owner, Client, Store, RunsStages) = (host, host.Client, host.Store, options.RunSlot);
        StuckStage = options.RunSlot ? host.StuckStage : null;
    }

    private SearchConnection(ClusterClient client, HostFile running)
    {
        (_owner, Client, Store) = (client, client.Searches, client.Checkpoints!);
        (ProcessId, GatewayPort, RunsStages) = (running.ProcessId, running.GatewayPort, running.RunsStages);
    }

    /// <summary>Talks to the searches.</summary>
    public SearchClient Client { get; }

    /// <summary>The checkpoints in the home folder.</summary>
    public ICheckpointStore Store { get; }

    /// <summary>The process that answers; <see langword="null"/> for this one.</summary>
    public int? ProcessId { get; }

    /// <summary>Whether that process runs stages, too.</summary>
    public bool RunsStages { get; }

    /// <summary>The port where it answers; 0 for this process.</summary>
    internal int GatewayPort { get; }

    /// <summary>As <see cref="EmbeddedHost.StuckStage"/>, for a slot in this process.</summary>
    internal Task<string>? StuckStage { get; }

    /// <summary>Connects to the process that has the home, or becomes the host, without a slot.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder, so there are no searches.</exception>
    /// <exception cref="HomeInUseException">The process that has the folder does not answer.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static Task<SearchConnection> OpenAsync(string home, CancellationToken cancellation = default) =>
        OpenAsync(new EmbeddedHostOptions { Home = Path.GetFullPath(home), RunSlot = false }, cancellation);

    /// <summary>Connects, or becomes the host itself.</summary>
    /// <param name="own">The host to be while no other process is one; one that runs stages is content only with a process that runs stages.</param>
    internal static async Task<SearchConnection> OpenAsync(EmbeddedHostOptions own, CancellationToken cancellation)
    {
        string home = own.Home;
        if (!Directory.Exists(home))
        {
            throw new DirectoryNotFoundException($"There is no folder {home}, so there are no searches.");
        }
        var time = TimeProvider.System;
        long start = time.GetTimestamp();
        while (time.GetElapsedTime(start) < TimeLimit)
        {
            // Who stays long does not come before who wants to work.
            if (!(own is { KeepsOpen: true, RunSlot: false } && HomeLock.IsWanted(home)) && HomeLock.TryTake(home) is { } taken)
            {
                return new SearchConnection(await EmbeddedHost.StartAsync(own, taken, cancellation).ConfigureAwait(false), own);
            }
            if (HostFile.TryRead(home) is { Answers: true } running && (running.RunsStages || !own.RunSlot)
                && await TryConnectAsync(home, running, cancellation).ConfigureAwait(false) is { } connection)
            {
                return connection;
            }
            if (own.RunSlot)
            {
                HomeLock.Want(home);
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
        address = address with { Timeout = TimeLimit, Once = true }; // whoever calls tries again
        try
        {
            var client = await ClusterClient.ConnectAsync(address, host => host.AddPruneSearchTelemetry(), cancellation: cancellation).ConfigureAwait(false);
            return new SearchConnection(client, running);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
