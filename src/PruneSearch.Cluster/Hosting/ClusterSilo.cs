using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Connections.Security;
using Orleans.Placement;
using Orleans.Providers;
using Orleans.Runtime.MembershipService.SiloMetadata;
using Orleans.Serialization;
using Orleans.Storage;
using PruneSearch.Cluster.Connections;
using PruneSearch.Cluster.Errors;
using PruneSearch.Cluster.Persistence;
using PruneSearch.Cluster.Placement;

namespace PruneSearch.Cluster.Hosting;

/// <summary>What all silos have in common, embedded ones included.</summary>
internal static class ClusterSilo
{
    private const string StorageName = "database";
    // Grains of which a silo remembers where they are; the place for it is taken from the start: the default of a million is 30 MB.
    private const int PlacesKnown = 100_000;
    private static readonly TimeSpan TableRefresh = TimeSpan.FromSeconds(10);

    /// <summary>Where a silo listens.</summary>
    /// <param name="Address">For both ports; a loopback address is reached from this machine only.</param>
    /// <param name="SiloPort">For other silos.</param>
    /// <param name="GatewayPort">For clients; 0 for none.</param>
    /// <param name="SiloTls">What the port for silos demands, and what it shows to them; <see langword="null"/> for nothing.</param>
    /// <param name="GatewayTls">What the port for clients demands; <see langword="null"/> for nothing.</param>
    /// <param name="KnowsOwners">Whether certificates say who their owner is, and with that what he may.</param>
    public sealed record Endpoint(IPAddress Address, int SiloPort, int GatewayPort, Demand? SiloTls = null, Demand? GatewayTls = null,
        bool KnowsOwners = false);

    /// <summary>What a port demands.</summary>
    /// <param name="refused">Told in one line why a certificate was refused.</param>
    public delegate TlsOptions Demand(Action<string> refused);

    public static ISiloBuilder UsePruneSearch(this ISiloBuilder silo, ClusterDatabase database, string clusterId, string name, SiloRole role, Endpoint endpoint,
        MembershipTimings membership)
    {
        silo.Services.AddSingleton<ConnectionGuard>();
        silo.Services.AddSingleton<GatewayIdentity>().AddSingleton(new CallerRule(endpoint.KnowsOwners));
        silo.Services.AddOptions<SiloConnectionOptions>().Configure<ConnectionGuard, GatewayIdentity>((o, guard, identity) =>
        {
            o.ConfigureSiloInboundConnection(c => guard.Protect(c, Check(endpoint.SiloTls, r => guard.Refused("silos", r))));
            o.ConfigureGatewayInboundConnection(c =>
            {
                guard.Protect(c, Check(endpoint.GatewayTls, r => guard.Refused("clients", r)));
                if (endpoint.KnowsOwners)
                {
                    identity.Protect(c);
                }
            });
            if (endpoint.SiloTls is { } tls)
            {
                o.ConfigureSiloOutboundConnection(c => c.UseClientTls(tls(r => guard.Refused("silos", r))));
            }
        });
        silo.Configure<ClusterOptions>(o => (o.ClusterId, o.ServiceId) = (clusterId, clusterId));
        silo.Configure<Orleans.Configuration.SiloOptions>(o => o.SiloName = name);
        silo.ConfigureEndpoints(endpoint.Address, endpoint.SiloPort, endpoint.GatewayPort, listenOnAnyHostAddress: !IPAddress.IsLoopback(endpoint.Address));
        silo.UseAdoNetClustering(o => (o.Invariant, o.ConnectionString) = (database.Invariant, database.ConnectionString));
        silo.UseAdoNetReminderService(o => o.Configure(r => (r.Invariant, r.ConnectionString) = (database.Invariant, database.ConnectionString)));
        silo.AddIncomingGrainCallFilter<GrainErrorFilter>();
        silo.AddIncomingGrainCallFilter<GrainRightsFilter>();
        silo.AddOutgoingGrainCallFilter<GrainErrorFilter>();
        silo.Services.AddKeyedSingleton<IGrainStorage>(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, (services, _) =>
            ActivatorUtilities.CreateInstance<GuardedGrainStorage>(services, services.GetRequiredKeyedService<IGrainStorage>(StorageName)));
        silo.Services.AddSingleton(services => services.GetRequiredKeyedService<IGrainStorage>(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME));
        silo.AddAdoNetGrainStorage(StorageName, (OptionsBuilder<AdoNetGrainStorageOptions> storage) => storage.Configure<Serializer>((o, serializer) =>
        {
            (o.Invariant, o.ConnectionString) = (database.Invariant, database.ConnectionString);
            o.GrainStorageSerializer = new OrleansGrainStorageSerializer(serializer);
        }));
        silo.Configure<GrainDirectoryOptions>(o => o.CacheSize = PlacesKnown);
        silo.Configure<ClusterMembershipOptions>(o =>
        {
            o.ProbeTimeout = o.MinProbeTimeout = membership.Probe; // it adapts downwards otherwise, and misses what is only slow
            o.NumMissedProbesLimit = membership.MissedProbes;
            o.NumVotesForDeathDeclaration = membership.Votes;
            o.IAmAliveTablePublishTimeout = membership.IAmAlive;
            o.TableRefreshTimeout = TableRefresh;
            o.EnableConnectionLivenessCheck = membership.TrafficIsLife;
        });
        if (membership.DistributedDirectory)
        {
#pragma warning disable ORLEANSEXP003 // Experimental; with the default directory, ending one silo took healthy grains of others down.
            silo.AddDistributedGrainDirectory();
#pragma warning restore ORLEANSEXP003
        }
        silo.UseSiloMetadata(new Dictionary<string, string> { [PreferControlDirector.RoleKey] = role.ToString() });
        silo.Services.AddPlacementFilter<PreferControlStrategy, PreferControlDirector>(ServiceLifetime.Singleton);
        return silo.AddActivityPropagation();
    }

    private static Action<IConnectionBuilder>? Check(Demand? demand, Action<string> refused) =>
        demand?.Invoke(refused) is { } tls ? c => c.UseServerTls(tls) : null;
}
