using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using PruneSearch.Core.Storage;

namespace PruneSearch.Client.Connections;

/// <summary>A connection to a running cluster. It finds another gateway when its own is lost.</summary>
public sealed class ClusterClient : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
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

    /// <summary>Connects.</summary>
    /// <param name="address">Where the cluster is.</param>
    /// <param name="configure">Adds to the host of the Orleans client: logging, telemetry.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="IOException">No gateway answers.</exception>
    /// <exception cref="ArgumentException">The address cannot be right.</exception>
    public static async Task<ClusterClient> ConnectAsync(ClusterAddress address, Action<HostApplicationBuilder>? configure = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(address);
        var checkpoints = address.Checkpoints is null ? null : CheckpointLocation.Open(address.Checkpoints, address.Container);
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.SetMinimumLevel(LogLevel.Critical);
        configure?.Invoke(builder);
        var time = TimeProvider.System;
        long start = time.GetTimestamp();
        builder.UseOrleansClient(client =>
        {
            client.Configure<ClusterOptions>(o => (o.ClusterId, o.ServiceId) = (address.ClusterId, address.ClusterId));
            if (address.Gateways.Count > 0)
            {
                client.UseStaticClustering([.. address.Gateways]);
            }
            else
            {
                bool sqlite = address.Database!.Contains("Data Source", StringComparison.OrdinalIgnoreCase);
                client.UseAdoNetClustering(o => (o.Invariant, o.ConnectionString) = (sqlite ? "System.Data.SQLite" : "Npgsql", address.Database));
            }
            client.AddActivityPropagation();
            client.UseConnectionRetryFilter(async (_, stop) =>
            {
                await Task.Delay(Pause, stop).ConfigureAwait(false);
                return time.GetElapsedTime(start) < address.Patience;
            });
        });
        var host = builder.Build();
        try
        {
            await host.StartAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            await DisposeAsync(host).ConfigureAwait(false);
            string where = address.Gateways.Count > 0 ? string.Join(", ", address.Gateways) : "the gateways in its database";
            throw new IOException($"No silo of cluster '{address.ClusterId}' answers at {where} within {address.Patience.TotalSeconds:F0} s: {e.Message}", e);
        }
        return new ClusterClient(host, checkpoints, time);
    }

    /// <summary>Disconnects; the searches go on.</summary>
    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync().ConfigureAwait(false);
        await DisposeAsync(_host).ConfigureAwait(false);
    }

    private static async Task DisposeAsync(IHost host)
    {
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
