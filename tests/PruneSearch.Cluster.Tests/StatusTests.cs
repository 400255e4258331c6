using PruneSearch.Cluster.TestHost;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Tests;

/// <summary>How a search stands comes page by page, and then only what changed.</summary>
public sealed class StatusTests
{
    [Fact]
    public async Task A_large_search_is_shown_whole_in_plan_order_and_then_only_what_changed()
    {
        using var home = new TestHome();
        await using var host = await home.StartAsync(null);
        var plan = Plans.Wide("wide", 600, 0);
        await host.Client.LaunchAsync(plan);
        var watch = host.Client.Watch("wide");

        Assert.Equal(plan.Trajectories.Select(t => t.Name), (await watch.LookAsync()).Trajectories.Select(t => t.Name));

        var grain = host.Grains.GetGrain<ISearchGrain>("wide");
        var dispatcher = host.Grains.GetGrain<IDispatcherGrain>("cpu");
        var root = await LeaseTests.ClaimAsync(dispatcher, "w");
        await host.Grains.GetGrain<IStageGrain>(root.Key).CompleteAsync(root.Ticket, StubStageRunner.Report(root.Key));
        var all = await UntilQuietAsync(grain);
        var lease = await LeaseTests.ClaimAsync(dispatcher, "w");
        await host.Grains.GetGrain<IStageGrain>(lease.Key).FailAsync(lease.Ticket, new AttemptFailure { Kind = FailureKind.Final, Reason = "bad luck" });
        await host.UntilAsync("wide", s => s.Trajectories.Any(t => t.State == WorkState.Failed));

        var page = await grain.GetStatusAsync(all.Next, 500);
        var failed = plan.Trajectories.Single(t => t.Stages.Count > 1 && t.Stages[1].ComputeKey() == lease.Key);
        Assert.Equal((failed.Name, WorkState.Failed), Assert.Single(page!.Changed.Where(t => t.Wait is null).Select(t => (t.Name, t.State))));
        Assert.InRange(page.Changed.Count, 1, 102); // and those whose position in the queue is told
        Assert.True(page.IsLast);
        Assert.Equal(1, page.Summary.Failed);
        Assert.Equal(601, (await watch.LookAsync()).Trajectories.Count);
        Assert.Equal(100, (await grain.GetStatusAsync(default, 100))!.Changed.Count);
        Assert.Equal(500, (await grain.GetStatusAsync(default, 10_000))!.Changed.Count);
        Assert.Equal(500, (await grain.GetStatusAsync(all.Next with { Source = Guid.NewGuid() }, 500))!.Changed.Count); // of another coordinator
    }

    [Fact]
    public async Task A_watch_sees_everything_that_happens_to_the_end_and_after_a_resumption()
    {
        using var home = new TestHome();
        bool blocks = true;
        var runner = new StubStageRunner(TimeSpan.Zero) { Behaviour = (_, c) => ThrowIfStopped(blocks, c) };
        await using var host = await home.StartAsync(runner);
        await host.Client.LaunchAsync(Plans.Small("a"));
        var watch = host.Client.Watch("a");
        await UntilAsync(watch, s => s.Trajectories[0] is { State: WorkState.Running, Progress.Part: "fine-tune", Attempts: 1, NextStage: not null });
        await host.Client.CancelAsync("a", "enough");
        Assert.All((await watch.LookAsync()).Trajectories, t => Assert.Equal((WorkState.Cancelled, null), (t.State, t.Progress)));
        blocks = false;

        await host.Client.ResumeAsync("a");

        var end = await UntilAsync(watch, s => s.State.IsOver());
        Assert.Equal(WorkState.Completed, end.State);
        Assert.All(end.Trajectories, t => Assert.Equal((WorkState.Completed, t.Stages, null), (t.State, t.CompletedStages, t.NextStage)));
        var last = end.Trajectories[4];
        Assert.Equal(StubStageRunner.Report(Plans.Small("a").Trajectories[4].Stages[^1].ComputeKey()).Map50, last.Map50);
        Assert.Equal(1, last.SecondsPerStage);
        Assert.Equal(Plans.Small("a").Keys().Count, end.Trajectories.Sum(t => t.Warnings.Count)); // each stage warned once
        Assert.Equal([new StageWarning(3, "stub")], last.Warnings);
    }

    private static void ThrowIfStopped(bool blocks, CancellationToken cancellation)
    {
        if (blocks)
        {
            cancellation.WaitHandle.WaitOne();
            cancellation.ThrowIfCancellationRequested();
        }
    }

    // The trajectories are started one after the other: until then each of them changes once more.
    private static async Task<StatusPage> UntilQuietAsync(ISearchGrain grain)
    {
        var position = default(StatusPosition);
        for (int quiet = 0; ;)
        {
            var page = await grain.GetStatusAsync(position, 500);
            quiet = page!.Changed.Count == 0 ? quiet + 1 : 0;
            position = page.Next;
            if (quiet == 5)
            {
                return page;
            }
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    private static async Task<SearchStatus> UntilAsync(PruneSearch.Connections.SearchWatch watch, Func<SearchStatus, bool> holds)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(TimeSpan.FromSeconds(30));
        while (true)
        {
            var status = await watch.LookAsync();
            if (holds(status))
            {
                return status;
            }
            await Task.Delay(20, timeout.Token);
        }
    }
}
