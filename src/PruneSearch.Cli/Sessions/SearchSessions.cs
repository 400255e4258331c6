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
internal sealed class SearchSessions : ISearchSessions
{
    private static readonly TimeSpan LossPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LossPause = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public async Task<ISearchSession> OpenAsync(SearchPlace place, bool work, CancellationToken cancellation)
    {
        if (place.Cluster is { } cluster)
        {
            var address = ClusterAddress.Parse(cluster);
            if (address.Checkpoints is null)
            {
                throw new SettingsException($"--cluster {cluster}: where its checkpoints are is not known, expected 'checkpoints' in that file or PRUNESEARCH_CHECKPOINTS: {CheckpointLocation.Expected}");
            }
            var client = await ClusterClient.ConnectAsync(address, builder => builder.AddPruneSearchTelemetry(), cancellation).ConfigureAwait(false);
            return new Session(client.Searches, client.Checkpoints!, client, IsPassing);
        }
        if (!work)
        {
            var connection = await SearchConnection.OpenAsync(place.Home, cancellation).ConfigureAwait(false);
            return new Session(connection.Client, connection.Store, connection, IsLate);
        }
        var host = await EmbeddedHost.StartAsync(new EmbeddedHostOptions { Home = place.Home, ConfigureServices = services => services.AddStageRunner() }, cancellation).ConfigureAwait(false);
        return new Session(host.Client, host.Store, host, IsLate);
    }

    // In a cluster silos die and are replaced, and databases restart. A cancellation is one of a silo's that dies: no call here has a token of ours.
    private static bool IsPassing(Exception e) => e is not (KeyNotFoundException or ArgumentException or InvalidOperationException);

    // On this machine: an answer is late when the machine slept or the process was stopped for a while.
    private static bool IsLate(Exception e) => e is TimeoutException;

    private sealed class Session(SearchClient client, ICheckpointStore store, IAsyncDisposable owner, Func<Exception, bool> isPassing) : ISearchSession
    {
        private readonly Dictionary<string, SearchWatch> _watches = [];

        public ICheckpointStore Checkpoints => store;

        public Task LaunchAsync(SearchPlan plan) => PatientlyAsync(() => client.LaunchAsync(plan));

        public Task<IReadOnlyList<SearchSummary>> ListAsync() => PatientlyAsync(client.ListAsync);

        public Task<SearchStatus> StatusAsync(string id)
        {
            if (!_watches.TryGetValue(id, out var watch))
            {
                _watches[id] = watch = client.Watch(id);
            }
            return PatientlyAsync(watch.LookAsync);
        }

        public Task<SearchPlan> PlanAsync(string id) => PatientlyAsync(() => client.PlanAsync(id));

        public Task<FrontierView> FrontierAsync(string id) => PatientlyAsync(() => client.FrontierAsync(id));

        public Task ResumeAsync(string id, bool retryFailed) => PatientlyAsync(() => client.ResumeAsync(id, retryFailed));

        public Task CancelAsync(string id, string reason) => PatientlyAsync(() => client.CancelAsync(id, reason));

        public ValueTask DisposeAsync() => owner.DisposeAsync();

        private Task<bool> PatientlyAsync(Func<Task> action) => PatientlyAsync(async () =>
        {
            await action().ConfigureAwait(false);
            return true;
        });

        // All of it may be repeated: launching the same plan again, resuming and cancelling change nothing the second time.
        private async Task<T> PatientlyAsync<T>(Func<Task<T>> action)
        {
            long? lost = null; // counted from the first failure: a call may have begun long ago, before the machine slept
            while (true)
            {
                try
                {
                    return await action().ConfigureAwait(false);
                }
                catch (Exception e) when (isPassing(e) && TimeProvider.System.GetElapsedTime(lost ??= TimeProvider.System.GetTimestamp()) < LossPatience)
                {
                    await Task.Delay(LossPause).ConfigureAwait(false);
                }
            }
        }
    }
}
