using PruneSearch.Cluster.Dispatching;

namespace PruneSearch.Cluster.Tests;

public sealed class ReadyQueueTests
{
    private readonly ReadyQueue _queue = new();

    [Fact]
    public void The_longest_path_goes_first_and_equal_ones_in_order_of_arrival()
    {
        _queue.Add("short", 1);
        _queue.Add("first", 3);
        _queue.Add("second", 3);
        Assert.Equal(["first", "second", "short"], TakeAll());
    }

    [Fact]
    public void Adding_again_changes_the_priority_and_keeps_the_turn()
    {
        _queue.Add("a", 1);
        _queue.Add("b", 2);
        _queue.Add("a", 2);
        Assert.Equal(2, _queue.Count);
        Assert.Equal(["a", "b"], TakeAll());
    }

    [Fact]
    public void What_is_removed_is_gone()
    {
        _queue.Add("a", 1);
        _queue.Remove("a");
        _queue.Remove("never there");
        Assert.Null(_queue.Take());
    }

    private IEnumerable<string> TakeAll()
    {
        while (_queue.Take() is { } ready)
        {
            yield return ready.Key;
        }
    }
}
