using PruneSearch.Cluster.Placement;
using PruneSearch.Core.Grains;

namespace PruneSearch.Cluster.Searches;

/// <summary>The list of all searches, and of those that have not ended.</summary>
[PreferControl]
internal sealed class SearchIndexGrain([PersistentState("index")] IPersistentState<SearchIndexRecord> index) : Grain, ISearchIndexGrain
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

    public Task WakeAsync() => Task.WhenAll(index.State.Running.Select(id => GrainFactory.GetGrain<ISearchGrain>(id).WakeAsync()));

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
