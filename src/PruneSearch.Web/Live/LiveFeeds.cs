using System.Collections.Concurrent;
using PruneSearch.Connections.Sessions;
using PruneSearch.Core.Searches;

namespace PruneSearch.Web.Live;

/// <summary>Everything that pages show and that changes; looked at once however many pages are open, and only while one is.</summary>
internal sealed class LiveFeeds
{
    private const int NamedStages = 20;
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(30), Often = TimeSpan.FromMilliseconds(400), Seldom = TimeSpan.FromSeconds(2);
    private readonly ConcurrentDictionary<string, Watched<LiveSearch>> _searches = new(StringComparer.Ordinal);
    private readonly ISearchSession _session;
    private readonly TimeProvider _time;

    public LiveFeeds(ISearchSession session, TimeProvider? time = null)
    {
        (_session, _time) = (session, time ?? TimeProvider.System);
        Searches = new(async (last, _) => await _session.ListAsync().ConfigureAwait(false) is var now && last?.SequenceEqual(now) == true ? last : now,
            _ => Seldom, _time);
        Cluster = new(async (_, _) => await ClusterLook.ReadAsync(_session, NamedStages).ConfigureAwait(false), _ => Seldom, _time);
    }

    /// <summary>All searches, oldest first.</summary>
    public Watched<IReadOnlyList<SearchSummary>> Searches { get; }

    /// <summary>All silos, slots and queues.</summary>
    public Watched<ClusterLook> Cluster { get; }

    /// <summary>The feed of a search, the same for all who look at it.</summary>
    public Watched<LiveSearch> Search(string id)
    {
        // What nobody looks at any more goes: tens of thousands of models need room.
        foreach (var idle in _searches.Where(s => s.Key != id && s.Value.IsIdle))
        {
            _searches.TryRemove(idle);
        }
        return _searches.GetOrAdd(id, _ =>
        {
            var look = new SearchLook(_session, id);
            return new Watched<LiveSearch>(look.LookAsync, s => s.IsBehind ? Soon : s.Status.State.IsOver() ? Seldom : Often, _time,
                (before, now) => now.Models.Count > before.Models.Count || now.Status.State != before.Status.State || now.Failures != before.Failures);
        });
    }
}
