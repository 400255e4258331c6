using PruneSearch.Client;
using PruneSearch.Cluster.Hosting;
using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Storage;
using PruneSearch.Stages;

namespace PruneSearch.Cli.Sessions;

/// <summary>Opens homes with a host in this process, or through the process that already works on them.</summary>
internal sealed class EmbeddedSessions : ISearchSessions
{
    /// <inheritdoc/>
    public async Task<ISearchSession> OpenAsync(string home, bool work, CancellationToken cancellation)
    {
        if (!work)
        {
            var connection = await SearchConnection.OpenAsync(home, cancellation).ConfigureAwait(false);
            return new Session(connection.Client, connection.Store, connection);
        }
        var host = await EmbeddedHost.StartAsync(new EmbeddedHostOptions { Home = home, ConfigureServices = services => services.AddStageRunner() }, cancellation).ConfigureAwait(false);
        return new Session(host.Client, host.Store, host);
    }

    private sealed class Session(SearchClient client, ICheckpointStore store, IAsyncDisposable owner) : ISearchSession
    {
        public ICheckpointStore Checkpoints => store;

        public Task LaunchAsync(SearchPlan plan) => client.LaunchAsync(plan);

        public Task<IReadOnlyList<SearchStatus>> ListAsync() => client.ListAsync();

        public Task<SearchStatus> StatusAsync(string id) => client.StatusAsync(id);

        public Task<FrontierView> FrontierAsync(string id) => client.FrontierAsync(id);

        public Task ResumeAsync(string id, bool retryFailed) => client.ResumeAsync(id, retryFailed);

        public Task CancelAsync(string id, string reason) => client.CancelAsync(id, reason);

        public ValueTask DisposeAsync() => owner.DisposeAsync();
    }
}
