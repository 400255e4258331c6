using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Orleans.Runtime;
using PruneSearch.Cluster.Persistence;
using PruneSearch.Cluster.Workers;
using PruneSearch.Core.Storage;

namespace PruneSearch.Cluster.Hosting;

/// <summary>What a silo needs in order to be of use: the cluster, its database, its checkpoints.</summary>
internal static class HealthChecks
{
    private const string Probe = "health/probe"; // no object has this name: whether it is there is a question like any other

    /// <summary>Registers the checks; they run every few seconds, and <see cref="HealthState"/> has their outcome.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="guest">Whether it is no silo, but a worker that is a client of one.</param>
    public static void AddPruneSearchHealth(this IServiceCollection services, bool guest)
    {
        services.AddSingleton<HealthState>().AddSingleton<IHealthCheckPublisher>(p => p.GetRequiredService<HealthState>());
        services.Configure<HealthCheckPublisherOptions>(o => (o.Delay, o.Period, o.Timeout) = (TimeSpan.Zero, HealthState.Period, 3 * HealthState.Timeout));
        var checks = services.AddHealthChecks().Add("checkpoints", p => new Check(async stop =>
        {
            await p.GetRequiredService<ICheckpointStore>().ExistsAsync(Probe, stop).ConfigureAwait(false);
            return true;
        }));
        if (guest)
        {
            checks.Add("cluster", p => new Check(_ => Task.FromResult(p.GetRequiredService<ClusterContact>().IsThere)));
            return;
        }
        checks.Add("membership", p => new Check(_ => Task.FromResult(p.GetRequiredService<ISiloStatusOracle>().CurrentStatus is SiloStatus.Active)))
            .Add("database", p => new Check(async stop =>
            {
                await p.GetRequiredService<ClusterDatabase>().ProbeAsync(stop).ConfigureAwait(false);
                return true;
            }));
    }

    private static IHealthChecksBuilder Add(this IHealthChecksBuilder checks, string name, Func<IServiceProvider, IHealthCheck> make) =>
        checks.Add(new HealthCheckRegistration(name, make, HealthStatus.Unhealthy, [], HealthState.Timeout));

    // On a thread of its own: a folder on a dead network file system does not look at the token.
    private sealed class Check(Func<CancellationToken, Task<bool>> works) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            await Task.Run(() => works(cancellationToken), cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false)
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Unhealthy("no member");
    }
}
