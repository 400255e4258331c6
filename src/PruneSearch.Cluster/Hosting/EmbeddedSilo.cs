using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PruneSearch.Cluster.Connections;
using PruneSearch.Cluster.Observability;
using PruneSearch.Cluster.Persistence;
using PruneSearch.Cluster.Placement;
using PruneSearch.Cluster.Recovery;
using PruneSearch.Cluster.Retention;
using PruneSearch.Cluster.Workers;
using PruneSearch.Connections.Cleaning;
using PruneSearch.Connections.Homes;
using PruneSearch.Core.Storage;
using PruneSearch.Storage;

namespace PruneSearch.Cluster.Hosting;

/// <summary>Puts the parts of an embedded host together.</summary>
internal static class EmbeddedSilo
{
    /// <summary>Name of the cluster and of the service in grain state.</summary>

    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(20);

    /// <summary>The file of grain state.</summary>
    public static string Database(EmbeddedHostOptions options) => Path.Combine(options.Home, "state.db");

    /// <summary>Builds it; nothing runs yet, but the database is made.</summary>
    /// <param name="siloPort">Orleans insists on it; nobody connects to it.</param>
    /// <param name="gatewayPort">For other processes of the home's owner; 0 for none.</param>
    /// <param name="certificate">What both ports demand, see <see cref="HomeCertificate"/>.</param>
    public static IHost Build(EmbeddedHostOptions options, int siloPort, int gatewayPort, byte[] certificate)
    {
        string file = Database(options);
        var database = ClusterDatabase.Sqlite(file);
        database.Apply();
        SqliteSchema.ForgetSilos(file); // the home is ours alone
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.AddPruneSearchLogging(console: false, Path.Combine(options.Home, "logs"));
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = StopTimeout);
        builder.Services.AddSingleton(options.Time);
        builder.Services.AddSingleton(options.Timings);
        builder.Services.AddSingleton<StuckSlot>().AddSingleton<ClusterContact>();
        builder.Services.AddSingleton(new RecoveryPolicy(ByItself: false));
        builder.Services.AddSingleton<ICheckpointStore>(new MeteredCheckpointStore(new FolderCheckpointStore(options.Home, options.Time), options.Time));
        builder.AddPruneSearchTelemetry("prunesearch", ProcessName.Text);
        var tls = HomeCertificate.Demand(certificate);
        var endpoint = new ClusterSilo.Endpoint(IPAddress.Loopback, siloPort, gatewayPort, _ => tls, _ => tls);
        builder.UseOrleans(silo => silo.UsePruneSearch(database, HostFile.ClusterId, HostFile.ClusterId, SiloRole.All, endpoint, new MembershipTimings()));
        options.ConfigureServices?.Invoke(builder.Services);
        if (options.RunSlot)
        {
            // After Orleans: hosted services stop in the opposite order, so the worker can still give its stage back.
            builder.Services.AddSingleton(new SlotOptions(options.DeviceClasses, $"{Environment.MachineName}:{Environment.ProcessId}"));
            builder.Services.AddSingleton<SlotContext>().AddHostedService<SlotWorker>();
            if ((options.Retention ?? RetentionRule.OfHome(options.Home, Environment.GetEnvironmentVariable)) is { } rule)
            {
                builder.Services.AddSingleton(rule).AddHostedService<RetentionService>();
            }
        }
        return builder.Build();
    }

    public static async Task DisposeAsync(IHost host)
    {
        host.Services.FlushTelemetry();
        if (host is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync().ConfigureAwait(false);
        }
        else
        {
            host.Dispose();
        }
    }
}
