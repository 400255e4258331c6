namespace PruneSearch.Cluster.Progress;

/// <summary>Which trajectories changed when, so that somebody who looks again and again is only told what is new to him.</summary>
internal sealed class ChangeFeed
{
    private readonly List<long> _revisions = [];
    private readonly SortedSet<(long Revision, int Trajectory)> _order = [];
    private long _last;

    /// <summary>Revisions of this one mean nothing to another.</summary>
    public Guid Source { get; } = Guid.NewGuid();

    /// <summary>A trajectory changed, or came: the one after the last.</summary>
    public void Add(int trajectory)
    {
        if (trajectory == _revisions.Count)
        {
            _revisions.Add(0);
        }
        _order.Remove((_revisions[trajectory], trajectory));
        _revisions[trajectory] = ++_last;
        _order.Add((_last, trajectory));
    }

    /// <summary>Trajectories that changed after a revision, the oldest changes first, each once.</summary>
    /// <param name="revision">The last one that was seen.</param>
    /// <param name="limit">Largest number of them, at least 1.</param>
    /// <returns>The trajectories, the revision that was seen then, and whether there are no more.</returns>
    public (IReadOnlyList<int> Trajectories, long Revision, bool IsLast) After(long revision, int limit)
    {
        if (revision >= _last)
        {
            return ([], _last, true);
        }
        var due = _order.GetViewBetween((revision + 1, 0), (_last, int.MaxValue)).Take(limit).ToList();
        long seen = due[^1].Revision;
        return ([.. due.Select(d => d.Trajectory)], seen, seen == _last);
    }
}
