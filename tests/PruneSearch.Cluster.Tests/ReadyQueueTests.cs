using Microsoft.Extensions.Time.Testing;
using PruneSearch.Cluster.Dispatching;
using PruneSearch.Core.Grains;

namespace PruneSearch.Cluster.Tests;

public sealed class ReadyQueueTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly ReadyQueue _queue;

    public ReadyQueueTests()
    {
        _queue = new ReadyQueue(_time, TimeSpan.FromMinutes(1));
    }

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
        Assert.Null(_queue.Take("w"));
    }

    [Fact]
    public void A_worker_is_not_offered_what_it_declined_until_a_while_later()
    {
        _queue.Add("a", 2);
        _queue.Add("b", 1);
        _queue.Decline("a", "w", "no pictures");
        Assert.Equal([new DeclinedStage("a", 1, "no pictures")], _queue.Declined());
        Assert.Equal("b", _queue.Take("w")?.Key);
        Assert.Null(_queue.Take("w"));
        Assert.Equal("a", _queue.Take("other")?.Key);

        _queue.Add("a", 2);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Empty(_queue.Declined());
        Assert.Equal("a", _queue.Take("w")?.Key);
    }

    private IEnumerable<string> TakeAll()
    {
        while (_queue.Take("w") is { } ready)
        {
            yield return ready.Key;
        }
    }
}
