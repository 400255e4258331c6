using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using PruneSearch.Cluster.Observability;
using PruneSearch.Connections;
using PruneSearch.Core;

namespace PruneSearch.Cluster.Hosting;

/// <summary>
/// A worker that is a client: it reaches gateways with its own certificate, has no port and no say in the cluster, and what it may call
/// <see cref="Connections.GrainRightsFilter"/> decides.
/// </summary>
internal static class GuestWorker
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LogInterval = TimeSpan.FromMinutes(1);

    public static void UseGuest(this IClientBuilder client, SiloOptions options)
    {
        client.UseCluster(new ClusterAddress
        {
            ClusterId = options.ClusterId,
            Gateways = options.Gateways,
            Database = options.Database,
            Tls = options.Tls,
        });
        client.Configure<ClientMessagingOptions>(o => o.ResponseTimeout = options.Timings.LeaseTimeToLive);
        long? told = null;
        client.Services.AddSingleton<IClientConnectionRetryFilter>(p => new RetryFilter(async (e, stop) =>
        {
            if (told is not { } at || options.Time.GetElapsedTime(at) >= LogInterval)
            {
                told = options.Time.GetTimestamp();
                Log.NoGateway(p.GetRequiredService<ILogger<SiloHost>>(), ErrorText.FirstLine(e.Message));
            }
            await Task.Delay(Pause, options.Time, stop).ConfigureAwait(false);
            return true; // whoever started it stops it
        }));
    }

    private sealed class RetryFilter(Func<Exception, CancellationToken, Task<bool>> wait) : IClientConnectionRetryFilter
    {
        public Task<bool> ShouldRetryConnectionAttempt(Exception exception, CancellationToken cancellationToken) => wait(exception, cancellationToken);
    }
}
