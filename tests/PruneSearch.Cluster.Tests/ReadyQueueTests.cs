using Microsoft.Extensions.Time.Testing;
using PruneSearch.Cluster.Dispatching;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Tests;

public sealed class ReadyQueueTests
{
    private static readonly StageKey A = StageKey.Of("a"u8), B = StageKey.Of("b"u8);
    private static readonly StageKey First = StageKey.Of("first"u8), Second = StageKey.Of("second"u8), Short = StageKey.Of("short"u8);

    private readonly FakeTimeProvider _time = new();
    private readonly ReadyQueue _queue;

    public ReadyQueueTests()
    {
        _queue = new ReadyQueue(_time, TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void The_longest_path_goes_first_and_equal_ones_in_order_of_arrival()
    {
        _queue.Add(Short, 1);
        _queue.Add(First, 3);
        _queue.Add(Second, 3);
        Assert.Equal([First, Second, Short], TakeAll());
    }

    [Fact]
    public void Adding_again_changes_the_priority_and_keeps_the_turn()
    {
        _queue.Add(A, 1);
        _queue.Add(B, 2);
        _queue.Add(A, 2);
        Assert.Equal(2, _queue.Count);
        Assert.Equal([A, B], TakeAll());
    }

    [Fact]
    public void What_is_removed_is_gone()
    {
        _queue.Add(A, 1);
        _queue.Remove(A);
        _queue.Remove(First);
        Assert.Null(_queue.Take("w"));
    }

    [Fact]
    public void A_worker_is_not_offered_what_it_declined_until_a_while_later()
    {
        _queue.Add(A, 2);
        _queue.Add(B, 1);
        _queue.Decline(A, "w", "no pictures");
        Assert.Equal([new DeclinedStage(A, 1, "no pictures")], _queue.Declined());
        Assert.Equal(B, _queue.Take("w")?.Key);
        Assert.Null(_queue.Take("w"));
        Assert.Equal(A, _queue.Take("other")?.Key);

        _queue.Add(A, 2);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Empty(_queue.Declined());
        Assert.Equal(A, _queue.Take("w")?.Key);
    }

    private IEnumerable<StageKey> TakeAll()
    {
        while (_queue.Take("w") is { } ready)
        {
            yield return ready.Key;
        }
    }
}
