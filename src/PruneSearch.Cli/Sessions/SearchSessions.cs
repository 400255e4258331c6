using PruneSearch.Client;
using PruneSearch.Client.Configuration;
using PruneSearch.Client.Connections;
using PruneSearch.Cluster.Hosting;
using PruneSearch.Cluster.Observability;
using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Storage;
using PruneSearch.Stages;

namespace PruneSearch.Cli.Sessions;

/// <summary>
/// Opens homes with a host in this process, or through the process that already works on them; and clusters through their gateways.
/// </summary>
/// <param name="warn">Shows a line about secrets that others can read, or a home that they can write.</param>
internal sealed class SearchSessions(Action<string> warn) : ISearchSessions
{
    /// <inheritdoc/>
    public async Task<ISearchSession> OpenAsync(SearchPlace place, bool work, CancellationToken cancellation)
    {
        if (place.Cluster is { } cluster)
        {
            var address = ClusterAddress.Parse(cluster);
            address.Warnings.ToList().ForEach(warn);
            if (address.Checkpoints is null)
            {
                throw new SettingsException($"--cluster {cluster}: where its checkpoints are is not known, expected 'checkpoints' in that file or PRUNESEARCH_CHECKPOINTS: {CheckpointLocation.Expected}");
            }
            var client = await ClusterClient.ConnectAsync(address, builder => builder.AddPruneSearchTelemetry(), cancellation).ConfigureAwait(false);
            return new Session(client.Searches, client.Checkpoints!, client, RetryPolicy.WithCluster());
        }
        if (OwnerOnly.ComplaintAboutFolder(place.Home) is { } complaint)
        {
            warn(complaint);
        }
        if (!work)
        {
            var connection = await SearchConnection.OpenAsync(place.Home, cancellation).ConfigureAwait(false);
            return new Session(connection.Client, connection.Store, connection, RetryPolicy.OnThisMachine());
        }
        var host = await EmbeddedHost.StartAsync(new EmbeddedHostOptions { Home = place.Home, ConfigureServices = services => services.AddStageRunner() }, cancellation).ConfigureAwait(false);
        return new Session(host.Client, host.Store, host, RetryPolicy.OnThisMachine()) { StuckStage = host.StuckStage };
    }

    private sealed class Session(SearchClient client, ICheckpointStore store, IAsyncDisposable owner, RetryPolicy retry) : ISearchSession
    {
        private readonly Dictionary<string, SearchWatch> _watches = [];

        public ICheckpointStore Checkpoints => store;

        public Task<string>? StuckStage { get; init; }

        public Task LaunchAsync(SearchPlan plan) => retry.CallAsync(() => client.LaunchAsync(plan));

        public Task<IReadOnlyList<SearchSummary>> ListAsync() => retry.CallAsync(client.ListAsync);

        public async Task<SearchStatus> StatusAsync(string id, Action<Exception>? lost = null)
        {
            if (!_watches.TryGetValue(id, out var watch))
            {
                _watches[id] = watch = client.Watch(id);
            }
            var status = await retry.CallAsync(watch.LookAsync, lost).ConfigureAwait(false);
            return StuckStage is { IsCompleted: true } && !status.State.IsOver() ? throw new StuckStageException(await StuckStage.ConfigureAwait(false)) : status;
        }

        public Task<SearchPlan> PlanAsync(string id) => retry.CallAsync(() => client.PlanAsync(id));

        public Task<FrontierView> FrontierAsync(string id) => retry.CallAsync(() => client.FrontierAsync(id));

        public Task ResumeAsync(string id, bool retryFailed) => retry.CallAsync(() => client.ResumeAsync(id, retryFailed));

        public Task CancelAsync(string id, string reason) => retry.CallAsync(() => client.CancelAsync(id, reason));

        public ValueTask DisposeAsync() => owner.DisposeAsync();
    }
}
