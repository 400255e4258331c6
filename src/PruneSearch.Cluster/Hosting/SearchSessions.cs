using Microsoft.Extensions.DependencyInjection;
using PruneSearch.Cluster.Observability;
using PruneSearch.Connections;
using PruneSearch.Connections.Configuration;
using PruneSearch.Connections.Sessions;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Hosting;

/// <summary>
/// Opens homes with a host in this process, or through the process that already works on them; and clusters through their gateways.
/// </summary>
/// <param name="warn">Shows a line about secrets that others can read, or a home that they can write.</param>
/// <param name="configureServices">Adds what runs the stages of a host in this process, see <see cref="EmbeddedHostOptions.ConfigureServices"/>.</param>
/// <param name="deviceClasses">Whose stages the slot of a host in this process takes; only those of <see cref="DeviceClasses.Cpu"/> when left out.</param>
public sealed class SearchSessions(Action<string> warn, Action<IServiceCollection> configureServices, IReadOnlyList<string>? deviceClasses = null)
    : ISearchSessions
{
    /// <inheritdoc/>
    public async Task<ISearchSession> OpenAsync(SearchPlace place, bool work, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(place);
        if (place.Cluster is { } cluster)
        {
            return await ConnectAsync(ClusterAddress.Parse(cluster), cluster, cancellation).ConfigureAwait(false);
        }
        WarnOf(place.Home);
        if (!work)
        {
            var connection = await SearchConnection.OpenAsync(place.Home, cancellation).ConfigureAwait(false);
            return SearchSession.OnThisMachine(connection.Client, connection.Store, connection);
        }
        var host = await EmbeddedHost.StartAsync(OfHome(place), cancellation).ConfigureAwait(false);
        return SearchSession.OnThisMachine(host.Client, host.Store, host, host.StuckStage);
    }

    /// <inheritdoc/>
    public async Task<ISearchSession> KeepAsync(SearchPlace place, Action<string> stuck, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(place);
        if (place.Cluster is { } cluster)
        {
            return await ConnectAsync(ClusterAddress.Parse(cluster), cluster, cancellation).ConfigureAwait(false);
        }
        WarnOf(place.Home);
        return await HomeSession.OpenAsync(OfHome(place), stuck).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<ISearchSession> ConnectAsync(ClusterAddress address, string name, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(address);
        address.Warnings.ToList().ForEach(warn);
        var client = await ClusterClient.ConnectAsync(address, builder => builder.AddPruneSearchTelemetry(), warn, cancellation).ConfigureAwait(false);
        return SearchSession.WithCluster(client, address, name);
    }

    private EmbeddedHostOptions OfHome(SearchPlace place) =>
        new() { Home = place.Home, DeviceClasses = deviceClasses ?? [DeviceClasses.Cpu], ConfigureServices = configureServices };

    private void WarnOf(string home)
    {
        if (OwnerOnly.ComplaintAboutFolder(home) is { } complaint)
        {
            warn(complaint);
        }
    }
}
