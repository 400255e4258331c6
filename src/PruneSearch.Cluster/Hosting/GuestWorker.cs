using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using PruneSearch.Connections;

namespace PruneSearch.Cluster.Hosting;

/// <summary>
/// A worker that is a client: it reaches gateways with its own certificate, has no port and no say in the cluster, and what it may call
/// <see cref="Connections.GrainRightsFilter"/> decides.
/// </summary>
internal static class GuestWorker
{
    public static void UseGuest(this HostApplicationBuilder builder, SiloOptions options)
    {
        var address = new ClusterAddress
        {
            ClusterId = options.ClusterId,
            Gateways = options.Gateways,
            Database = options.Database,
            Tls = options.Tls,
        };
        var diary = new ConnectionDiary();
        // Orleans tells each attempt to connect, several a second, with a stack: they go into the diary, of which the log has what changed.
        builder.Logging.AddFilter("Orleans", LogLevel.Error);
        builder.Logging.AddProvider(diary).AddFilter<ConnectionDiary>("Orleans", LogLevel.Information);
        builder.Services.AddSingleton(diary).AddSingleton(address);
        builder.Services.AddSingleton<GatewayRetryFilter>();
        builder.Services.AddSingleton<IClientConnectionRetryFilter>(p => p.GetRequiredService<GatewayRetryFilter>());
        builder.UseOrleansClient(client =>
        {
            client.UseCluster(address, diary);
            client.Configure<ClientMessagingOptions>(o => o.ResponseTimeout = options.Timings.LeaseTimeToLive);
        });
    }
}
