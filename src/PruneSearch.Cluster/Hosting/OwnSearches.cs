using System.Collections.Concurrent;
using PruneSearch.Connections.Sessions;
using PruneSearch.Core.Searches;

namespace PruneSearch.Cluster.Hosting;

/// <summary>Searches that were launched or resumed through a session, which therefore sees to it that they go on.</summary>
internal sealed class OwnSearches
{
    private readonly ConcurrentDictionary<string, bool> _ids = new(StringComparer.Ordinal);

    public bool IsEmpty => _ids.IsEmpty;

    public void Add(string id) => _ids[id] = true;

    /// <summary>Those that are not over; the rest is forgotten.</summary>
    public async Task<IReadOnlyList<string>> OpenAsync(ISearchSession session)
    {
        var states = (await session.ListAsync().ConfigureAwait(false)).ToDictionary(s => s.Id, s => s.State);
        foreach (string id in _ids.Keys.Where(id => !states.TryGetValue(id, out var state) || state.IsOver()))
        {
            _ids.TryRemove(id, out _);
        }
        return [.. _ids.Keys];
    }
}
