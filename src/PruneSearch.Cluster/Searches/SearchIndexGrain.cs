using Microsoft.Extensions.Logging;
using PruneSearch.Cluster.Observability;
using PruneSearch.Cluster.Placement;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Searches;

namespace PruneSearch.Cluster.Searches;

/// <summary>The list of all searches, and of those that have not ended. Each is listed as it says itself: nobody's word is taken for it.</summary>
[PreferControl]
internal sealed class SearchIndexGrain(
    [PersistentState("index")] IPersistentState<SearchIndexRecord> index, ClusterTimings timings, ILogger<SearchIndexGrain> logger) : Grain, ISearchIndexGrain
{
    public async Task UpdateAsync(string searchId)
    {
        // The search may be waiting for this call: its state is a question that it answers in between.
        var state = await GrainFactory.GetGrain<ISearchGrain>(searchId).GetStateAsync().WaitAsync(timings.CallTimeout);
        var (ids, running) = (index.State.Ids, index.State.Running);
        bool listed = ids.Contains(searchId);
        if (state is not null && !listed)
        {
            ids.Add(searchId);
        }
        bool changed = state is null ? ids.Remove(searchId) : !listed;
        if (changed | (state == WorkState.Running ? running.Add(searchId) : running.Remove(searchId)))
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

/// <summary>Identifiers of all searches of a home or cluster.</summary>
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
