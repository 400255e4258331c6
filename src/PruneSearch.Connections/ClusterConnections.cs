using System.Data.Common;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Connections.Security;
using PruneSearch.Connections.Certificates;
using PruneSearch.Connections.Homes;

namespace PruneSearch.Connections;

/// <summary>How an Orleans client finds the gateways of a cluster and shows who it is.</summary>
public static class ClusterConnections
{
    private static readonly TimeSpan ListRefresh = TimeSpan.FromSeconds(10);

    /// <summary>Points a client at a cluster.</summary>
    /// <param name="address">Where the cluster is.</param>
    /// <param name="diary">Told of certificates that are refused; it learns of the rest where it is a provider of the log.</param>
    public static IClientBuilder UseCluster(this IClientBuilder client, ClusterAddress address, ConnectionDiary? diary = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(address);
        var demanded = address.HomeCertificate is { } pair ? HomeCertificate.Demand(pair)
            : address.Tls?.Demand(reason => diary?.Refused(reason), CertificateRole.Silo);
        if (demanded is { } tls)
        {
            client.Services.Configure<ClientConnectionOptions>(o => o.ConfigureConnection(c => c.UseClientTls(tls)));
        }
        client.Configure<ClusterOptions>(o => (o.ClusterId, o.ServiceId) = (address.ClusterId, address.ClusterId));
        client.Configure<GatewayOptions>(o => o.GatewayListRefreshPeriod = ListRefresh);
        if (address.Gateways.Count > 0)
        {
            client.UseStaticClustering([.. address.Gateways]);
        }
        else
        {
            bool sqlite = address.Database!.Contains("Data Source", StringComparison.OrdinalIgnoreCase);
            client.UseAdoNetClustering(o => (o.Invariant, o.ConnectionString) =
                sqlite ? ("System.Data.SQLite", ExistingFile(address.Database)) : ("Npgsql", address.Database));
        }
        client.AddActivityPropagation();
        return client;
    }

    // A name with a slip in it must not become an empty database.
    private static string ExistingFile(string sqlite) => new DbConnectionStringBuilder { ConnectionString = sqlite, ["Mode"] = "ReadWrite" }.ConnectionString;
}
