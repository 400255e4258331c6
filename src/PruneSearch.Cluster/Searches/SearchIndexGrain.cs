using PruneSearch.Core.Grains;

namespace PruneSearch.Cluster.Searches;

/// <summary>The list of all searches.</summary>
internal sealed class SearchIndexGrain([PersistentState("index")] IPersistentState<SearchIndexRecord> index) : Grain, ISearchIndexGrain
{
    public async Task AddAsync(string searchId)
    {
        if (!index.State.Ids.Contains(searchId))
        {
            index.State.Ids.Add(searchId);
            await index.WriteStateAsync();
        }
    }

    public Task<IReadOnlyList<string>> ListAsync() => Task.FromResult<IReadOnlyList<string>>(index.State.Ids.ToArray());
}

/// <summary>Identifiers, oldest first.</summary>
[GenerateSerializer, Alias("prunesearch.SearchIndexRecord")]
internal sealed class SearchIndexRecord
{
    /// <summary>The identifiers.</summary>
    [Id(0)]
    public List<string> Ids { get; set; } = [];
}
