using System.Text;
using Microsoft.Extensions.Time.Testing;
using PruneSearch.Cluster.Dispatching;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Searches;
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

    [Fact]
    public void A_long_search_does_not_starve_a_short_one_that_comes_later()
    {
        Assert.Equal(8, Run(slots: 8, until: 20, ("long", 1000, 10, 0)).Max(s => s.Value.Slots));
        // 16 stages on half of the 8 slots are four rounds of 10 s, and one more until the first slots become free.
        var ended = Run(slots: 8, until: 200, ("long", 1000, 10, 0), ("short", 16, 10, 15));
        Assert.InRange(ended["short"].Ended!.Value - 15, 40, 55);
    }

    [Theory]
    [InlineData(1, 10, 10)]
    [InlineData(4, 10, 10)]
    [InlineData(8, 3, 30)]
    public void Slot_time_is_shared_by_weight_however_long_stages_take(int slots, int first, int second)
    {
        _queue.Shares.Weigh("a", new SlotSettings { Share = 1 });
        _queue.Shares.Weigh("b", new SlotSettings { Share = 3 });

        var had = Run(slots, until: 3000, ("a", 100_000, first, 0), ("b", 100_000, second, 0));

        Assert.Equal(3, had["b"].Seconds / had["a"].Seconds, 0.1 * 3);
        Assert.Equal(3000 * slots, had["a"].Seconds + had["b"].Seconds, 40.0 * slots);
    }

    [Fact]
    public void A_higher_priority_goes_first_and_what_it_leaves_is_for_the_others()
    {
        _queue.Shares.Weigh("urgent", new SlotSettings { Priority = 1 });
        var had = Run(slots: 4, until: 300, ("long", 1000, 10, 0), ("urgent", 20, 10, 100));
        Assert.InRange(had["urgent"].Ended!.Value - 100, 50, 60);

        // Two stages at a time: two of the four slots are left.
        had = Run(slots: 4, until: 1000, ("long", 10_000, 10, 0), ("urgent", 2, 1000, 0));
        Assert.Equal(2000, had["long"].Seconds, 50.0);
    }

    [Fact]
    public void Who_had_nothing_to_do_saves_up_no_time_and_one_whose_priority_changes_neither()
    {
        var had = Run(slots: 1, until: 400, ("early", 1000, 1, 0), ("late", 1000, 1, 300));
        Assert.Equal(50, had["late"].Seconds, 3.0);

        _queue.Shares.Weigh("late", new SlotSettings { Priority = -1 });
        _queue.Shares.Weigh("late", new SlotSettings());
        had = Run(slots: 1, until: 100, ("early", 1000, 1, 0), ("late", 1000, 1, 0));
        Assert.Equal(50, had["late"].Seconds, 3.0);
    }

    [Fact]
    public void Who_comes_back_after_a_rest_has_its_share_from_then_on_and_no_more()
    {
        Run(slots: 1, until: 300, ("busy", 1000, 1, 0), ("rests", 5, 1, 0));

        var had = Run(slots: 1, until: 100, ("busy", 1000, 1, 0), ("rests", 1000, 1, 0));

        Assert.Equal(50, had["rests"].Seconds, 3.0);
    }

    [Fact]
    public void A_stage_that_two_searches_want_is_taken_once_when_the_first_of_them_has_its_turn()
    {
        _queue.Shares.Weigh("urgent", new SlotSettings { Priority = 1 });
        _queue.Add(A, 1, ["long", "urgent"]);
        _queue.Add(B, 5, ["long"]);
        Assert.Equal([A, B], _queue.First(10));
        Assert.Equal(new ReadyStage(A, 1, "urgent"), _queue.Take("w"));
        Assert.Equal([("urgent", 0, 1), ("long", 1, 0)], _queue.Shares.Status().Select(s => (s.Search, s.Waiting, s.Running)));
        Assert.Equal("long", _queue.Take("v")?.Search);
        Assert.Null(_queue.Take("u"));
    }

    [Fact]
    public void A_stage_that_is_given_back_or_whose_worker_claims_again_is_not_at_work_any_more()
    {
        _queue.Add(A, 1, ["a"]);
        _queue.Add(B, 1, ["a"]);
        _queue.Take("w");
        _queue.Take("w");
        Assert.Equal(1, Assert.Single(_queue.Shares.Status()).Running);
        _queue.Add(B, 1, ["a"]);
        Assert.Equal((1, 0), _queue.Shares.Status().Select(s => (s.Waiting, s.Running)).Single());
        _queue.Remove(B);
        Assert.Empty(_queue.Shares.Status());
    }

    // Slots that are never idle while something waits. What each search had until a moment, and when its last stage ended.
    private Dictionary<string, (double Seconds, double? Ended, int Slots)> Run(
        int slots, int until, params (string Search, int Stages, int Seconds, int From)[] searches)
    {
        foreach (var left in TakeAll().ToList())
        {
            _queue.Remove(left);
        }
        var had = searches.ToDictionary(s => s.Search, _ => (Seconds: 0.0, Ended: (double?)null, Slots: 0));
        var work = new (StageKey Key, string Search, int Ends)?[slots];
        for (int now = 0; now < until; now++)
        {
            foreach (var (search, stages, _, _) in searches.Where(s => s.From == now))
            {
                Enumerable.Range(0, stages).ToList().ForEach(i => _queue.Add(StageKey.Of(Encoding.UTF8.GetBytes($"{search} {i}")), 1, [search]));
            }
            for (int slot = 0; slot < slots; slot++)
            {
                if (work[slot] is { } done && done.Ends == now)
                {
                    _queue.Remove(done.Key);
                    had[done.Search] = had[done.Search] with { Ended = now };
                    work[slot] = null;
                }
            }
            for (int slot = 0; slot < slots; slot++)
            {
                if (work[slot] is null && _queue.Take($"slot {slot}") is { } ready)
                {
                    work[slot] = (ready.Key, ready.Search, now + searches.First(s => s.Search == ready.Search).Seconds);
                }
            }
            foreach (var search in work.OfType<(StageKey Key, string Search, int Ends)>().CountBy(w => w.Search))
            {
                var (seconds, ended, most) = had[search.Key];
                had[search.Key] = (seconds + search.Value, ended, Math.Max(most, search.Value));
            }
            _time.Advance(TimeSpan.FromSeconds(1));
        }
        foreach (var left in work.OfType<(StageKey Key, string Search, int Ends)>())
        {
            _queue.Remove(left.Key);
        }
        return had;
    }

    private IEnumerable<StageKey> TakeAll()
    {
        while (_queue.Take("w") is { } ready)
        {
            yield return ready.Key;
        }
    }
}
