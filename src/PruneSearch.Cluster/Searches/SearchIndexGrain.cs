using Microsoft.Extensions.Logging;
using PruneSearch.Cluster.Observability;
using PruneSearch.Cluster.Placement;
using PruneSearch.Core.Grains;

namespace PruneSearch.Cluster.Searches;

/// <summary>The list of all searches, and of those that have not ended.</summary>
[PreferControl]
internal sealed class SearchIndexGrain([PersistentState("index")] IPersistentState<SearchIndexRecord> index, ILogger<SearchIndexGrain> logger) : Grain, ISearchIndexGrain
{
    public async Task AddAsync(string searchId)
    {
        if (!index.State.Ids.Contains(searchId))
        {
            index.State.Ids.Add(searchId);
            index.State.Running.Add(searchId);
            await SaveAsync();
        }
    }

    public async Task SetRunningAsync(string searchId, bool running)
    {
        if (running ? index.State.Running.Add(searchId) : index.State.Running.Remove(searchId))
        {
            await SaveAsync();
        }
    }

    public Task WakeAsync()
    {
        foreach (string id in index.State.Running)
        {
            // Not awaited: a search that ends tells the index so, and each would wait for the other.
            GrainFactory.GetGrain<ISearchGrain>(id).WakeAsync().FireAndForget(logger, "the index of searches");
        }
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<string>> ListAsync() => Task.FromResult<IReadOnlyList<string>>(index.State.Ids.ToArray());

    private async Task SaveAsync()
    {
        try
        {
            await index.WriteStateAsync();
        }
        catch
        {
            DeactivateOnIdle(); // what it knows is not what is stored
            throw;
        }
    }
}

/// <summary>Identifiers.</summary>
[GenerateSerializer, Alias("prunesearch.SearchIndexRecord")]
internal sealed class SearchIndexRecord
{
    /// <summary>All, oldest first.</summary>
    [Id(0)]
    public List<string> Ids { get; set; } = [];

    /// <summary>Those that have not ended.</summary>
    [Id(1)]
    public HashSet<string> Running { get; set; } = [];
}
