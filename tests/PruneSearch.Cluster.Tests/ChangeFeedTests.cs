using PruneSearch.Cluster.Progress;

namespace PruneSearch.Cluster.Tests;

public sealed class ChangeFeedTests
{
    [Fact]
    public void Everything_is_new_at_first_and_comes_in_pages()
    {
        var changes = Feed(5);

        var first = changes.After(0, 3);
        var second = changes.After(first.Revision, 3);

        Assert.Equal(([0, 1, 2], false), (first.Trajectories.ToArray(), first.IsLast), Same);
        Assert.Equal(([3, 4], true), (second.Trajectories.ToArray(), second.IsLast), Same);
        Assert.Equal(([], true), (changes.After(second.Revision, 3).Trajectories.ToArray(), changes.After(second.Revision, 3).IsLast), Same);
    }

    [Fact]
    public void Only_what_changed_comes_again_once_the_oldest_change_first()
    {
        var changes = Feed(5);
        long seen = changes.After(0, 5).Revision;
        changes.Add(3);
        changes.Add(1);
        changes.Add(3);

        var (trajectories, revision, isLast) = changes.After(seen, 5);

        Assert.Equal(([1, 3], true), (trajectories.ToArray(), isLast), Same);
        Assert.Empty(changes.After(revision, 5).Trajectories);
    }

    [Fact]
    public void What_changes_between_two_pages_is_not_missed()
    {
        var changes = Feed(4);
        var first = changes.After(0, 2);
        changes.Add(0); // seen already
        changes.Add(3); // not seen yet

        var second = changes.After(first.Revision, 2);
        var third = changes.After(second.Revision, 2);

        Assert.Equal(([2, 0], false), (second.Trajectories.ToArray(), second.IsLast), Same);
        Assert.Equal(([3], true), (third.Trajectories.ToArray(), third.IsLast), Same);
    }

    private static ChangeFeed Feed(int trajectories)
    {
        var changes = new ChangeFeed();
        for (int i = 0; i < trajectories; i++)
        {
            changes.Add(i);
        }
        return changes;
    }

    private static bool Same((int[] Trajectories, bool IsLast) a, (int[] Trajectories, bool IsLast) b) =>
        a.Trajectories.SequenceEqual(b.Trajectories) && a.IsLast == b.IsLast;
}
