using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using PruneSearch.Core;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Storage;

namespace PruneSearch.Connections;

/// <summary>A connection to a running cluster. It finds another gateway when its own is lost.</summary>
public sealed class ClusterClient : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan TimeToStop = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(5);
    private readonly IHost _host;

    private ClusterClient(IHost host, ICheckpointStore? checkpoints, TimeProvider time)
    {
        _host = host;
        Searches = new SearchClient(host.Services.GetRequiredService<IGrainFactory>(), time, checkpoints);
        Checkpoints = checkpoints;
    }

    /// <summary>Launches, follows and queries searches.</summary>
    public SearchClient Searches { get; }

    /// <summary>The cluster's checkpoints; <see langword="null"/> when the address does not say where they are.</summary>
    public ICheckpointStore? Checkpoints { get; }

    /// <summary>Connects to a gateway; gives up after <see cref="ClusterAddress.Timeout"/>.</summary>
    /// <param name="address">Where the cluster is.</param>
    /// <param name="configure">Adds to the host of the Orleans client: logging, telemetry.</param>
    /// <param name="waiting">Told once, in one line, when there is no connection after 5 s.</param>
    /// <exception cref="ClusterException">No gateway answers; the message says which ones were tried and what became of them.</exception>
    /// <exception cref="ArgumentException">The address cannot be right.</exception>
    /// <exception cref="IOException">The folder of the checkpoints cannot be used.</exception>
    public static async Task<ClusterClient> ConnectAsync(
        ClusterAddress address, Action<HostApplicationBuilder>? configure = null, Action<string>? waiting = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(address);
        var checkpoints = address.Checkpoints is null ? null : CheckpointLocation.Open(address.Checkpoints, address.Container);
        var diary = new ConnectionDiary();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(address.Timeout);
        var host = Build(address, diary, configure);
        var start = host.StartAsync(limit.Token);
        try
        {
            if (waiting is not null && address.Timeout > Silence && await Task.WhenAny(start, Task.Delay(Silence, limit.Token)).ConfigureAwait(false) != start)
            {
                waiting($"{diary.Tried(address)}; trying for {address.Timeout.TotalSeconds:F0} s");
            }
            await start.WaitAsync(limit.Token).ConfigureAwait(false); // a client that waits for a silo's address does not look at the token
        }
        catch (Exception e)
        {
            await StopAsync(host).ConfigureAwait(false);
            cancellation.ThrowIfCancellationRequested();
            throw new ClusterException($"{diary.Tried(address)}, tried for {address.Timeout.TotalSeconds:F0} s", e) { IsPassing = true };
        }
        return new ClusterClient(host, checkpoints, TimeProvider.System);
    }

    /// <summary>Disconnects; the searches go on.</summary>
    public async ValueTask DisposeAsync() => await StopAsync(_host).ConfigureAwait(false);

    private static IHost Build(ClusterAddress address, ConnectionDiary diary, Action<HostApplicationBuilder>? configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.SetMinimumLevel(LogLevel.Critical);
        builder.Logging.AddProvider(diary).AddFilter<ConnectionDiary>("Orleans", LogLevel.Information);
        configure?.Invoke(builder);
        builder.UseOrleansClient(client =>
        {
            client.UseCluster(address, diary);
            client.AddOutgoingGrainCallFilter<ClientErrorFilter>();
            client.UseConnectionRetryFilter(async (e, stop) =>
            {
                diary.Latest = e;
                await Task.Delay(Pause, stop).ConfigureAwait(false);
                return !address.Once;
            });
        });
        return builder.Build();
    }

    private static async Task StopAsync(IHost host)
    {
        using var limit = new CancellationTokenSource(TimeToStop);
        try
        {
            await host.StopAsync(limit.Token).WaitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or InvalidOperationException or ObjectDisposedException or ArgumentNullException)
        {
            // Whatever it still waits for, nobody else does. Told to stop before it had found its services, it has null for them.
        }
        if (host is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync().ConfigureAwait(false); // exports the last spans, too
        }
        else
        {
            host.Dispose();
        }
    }
}
