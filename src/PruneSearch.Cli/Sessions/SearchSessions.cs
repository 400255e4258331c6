using PruneSearch.Client;
using PruneSearch.Client.Configuration;
using PruneSearch.Client.Connections;
using PruneSearch.Cluster.Hosting;
using PruneSearch.Cluster.Observability;
using PruneSearch.Core.Grains;
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
            var client = await ClusterClient.ConnectAsync(address, builder => builder.AddPruneSearchTelemetry(), warn, cancellation).ConfigureAwait(false);
            return new Session(client.Searches, client.Checkpoints, client, RetryPolicy.WithCluster(), address.Patience)
            {
                Address = cluster,
            };
        }
        if (OwnerOnly.ComplaintAboutFolder(place.Home) is { } complaint)
        {
            warn(complaint);
        }
        if (!work)
        {
            var connection = await SearchConnection.OpenAsync(place.Home, cancellation).ConfigureAwait(false);
            return Session.OnThisMachine(connection.Client, connection.Store, connection);
        }
        var host = await EmbeddedHost.StartAsync(new EmbeddedHostOptions { Home = place.Home, ConfigureServices = services => services.AddStageRunner() }, cancellation).ConfigureAwait(false);
        return Session.OnThisMachine(host.Client, host.Store, host, host.StuckStage);
    }

    /// <param name="client">Asks.</param>
    /// <param name="store">The checkpoints, where they are known.</param>
    /// <param name="owner">Disposed of at the end.</param>
    /// <param name="retry">Asks again.</param>
    /// <param name="limit">How long a question may take in all.</param>
    private sealed class Session(
        SearchClient client, ICheckpointStore? store, IAsyncDisposable owner, RetryPolicy retry, TimeSpan limit) : ISearchSession
    {
        private readonly Dictionary<string, SearchWatch> _watches = [];

        public string? Address { get; init; }

        public Task<string>? StuckStage { get; init; }

        public ICheckpointStore Checkpoints => store ?? throw new SettingsException(
            $"--cluster {Address}: where its checkpoints are is not known, expected 'checkpoints' in that file or PRUNESEARCH_CHECKPOINTS: {CheckpointLocation.Expected}");

        public static Session OnThisMachine(SearchClient client, ICheckpointStore store, IAsyncDisposable owner, Task<string>? stuckStage = null) =>
            new(client, store, owner, RetryPolicy.OnThisMachine(), Timeout.InfiniteTimeSpan) { StuckStage = stuckStage };

        public Task LaunchAsync(SearchPlan plan) => AskAsync(() => client.LaunchAsync(plan));

        public Task<IReadOnlyList<SearchSummary>> ListAsync() => AskAsync(client.ListAsync);

        public async Task<SearchStatus> StatusAsync(string id, Action<Exception>? lost = null)
        {
            if (!_watches.TryGetValue(id, out var watch))
            {
                _watches[id] = watch = client.Watch(id);
            }
            var status = await AskAsync(watch.LookAsync, lost).ConfigureAwait(false);
            return StuckStage is { IsCompleted: true } && !status.State.IsOver() ? throw new StuckStageException(await StuckStage.ConfigureAwait(false)) : status;
        }

        public Task<SearchPlan> PlanAsync(string id) => AskAsync(() => client.PlanAsync(id));

        public Task<FrontierView> FrontierAsync(string id) => AskAsync(() => client.FrontierAsync(id));

        public Task ResumeAsync(string id, bool retryFailed) => AskAsync(() => client.ResumeAsync(id, retryFailed));

        public Task CancelAsync(string id, string reason) => AskAsync(() => client.CancelAsync(id, reason));

        public ValueTask DisposeAsync() => owner.DisposeAsync();

        private async Task AskAsync(Func<Task> call) => await AskAsync(async () =>
        {
            await call().ConfigureAwait(false);
            return true;
        }).ConfigureAwait(false);

        private async Task<T> AskAsync<T>(Func<Task<T>> call, Action<Exception>? lost = null)
        {
            var answer = retry.CallAsync(call, lost);
            try
            {
                return await answer.WaitAsync(lost is not null ? Timeout.InfiniteTimeSpan : limit).ConfigureAwait(false);
            }
            catch (TimeoutException e)
            {
                throw new ClusterException(answer.IsCompleted || Address is null
                    ? "The process that runs the searches did not answer in time."
                    : $"The cluster {Address} did not answer within {limit.TotalSeconds:F0} s.", e)
                { IsPassing = true };
            }
        }
    }
}
