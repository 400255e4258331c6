using PruneSearch.Cluster.TestHost;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Tests;

/// <summary>Which of several searches gets the only slot there is.</summary>
public sealed class PriorityTests
{
    [Fact]
    public async Task A_search_takes_turns_and_what_was_said_of_it_holds_after_a_restart()
    {
        using var home = new TestHome();
        var (wide, small) = (Plans.Wide("long", 12, seed: 100), Plans.Of("short", 7, [0.1], [0.2], [0.3]));
        var runner = new StubStageRunner(TimeSpan.FromMilliseconds(60));
        await using (var host = await home.StartAsync(runner))
        {
            await host.Client.LaunchAsync(wide);
            await host.UntilAsync("long", s => s.Trajectories.Sum(t => t.CompletedStages) > 14);
            await host.Client.LaunchAsync(small);
            await host.EndAsync("short");
            // 4 of 61 stages: with half of the slot it is over long before the other one.
            Assert.InRange(Of(runner, wide), 1, 40);
            await host.Client.PrioritiseAsync("long", new SlotSettings { Priority = -5, Share = 7 });
            Assert.Equal(new SlotSettings { Priority = -5, Share = 7 }, (await host.Client.SummaryAsync("long")).Slots);
            await Assert.ThrowsAsync<ArgumentException>(() => host.Client.PrioritiseAsync("long", new SlotSettings { Share = 0 }));
            await Assert.ThrowsAsync<KeyNotFoundException>(() => host.Client.PrioritiseAsync("nobody", new SlotSettings()));
        }

        var late = Plans.Wide("late", 3, seed: 200);
        runner = new StubStageRunner(TimeSpan.FromMilliseconds(60));
        await using var again = await home.StartAsync(runner);
        Assert.Equal(new SlotSettings { Priority = -5, Share = 7 }, (await again.Client.StatusAsync("long")).Slots);
        await again.Client.LaunchAsync(late with { Slots = new SlotSettings { Share = 2 } });
        await again.Client.ResumeAsync("long");
        await again.EndAsync("late");
        Assert.InRange(Of(runner, wide), 0, 6); // while nothing else waited: between a stage and the next of a chain, and at first
        var queue = await again.Client.QueueAsync("cpu", 5);
        Assert.Equal(-5, queue.Searches.Single(s => s.Search == "long").Slots.Priority);
        Assert.Equal(WorkState.Completed, (await again.EndAsync("long")).State);
    }

    private static int Of(StubStageRunner runner, SearchPlan plan)
    {
        IReadOnlySet<StageKey> keys = plan.Keys().ToHashSet();
        return runner.Started.Count(keys.Contains);
    }
}
