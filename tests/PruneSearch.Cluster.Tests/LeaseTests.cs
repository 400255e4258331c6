using PruneSearch.Cluster.Placement;
using PruneSearch.Cluster.Stages;
using PruneSearch.Cluster.TestHost;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Tests;

public sealed class LeaseTests
{
    [Fact]
    public async Task A_worker_that_comes_back_after_its_lease_expired_is_refused()
    {
        using var home = new TestHome();
        await using var host = await home.StartAsync(null, TestHome.Quick with { LeaseTimeToLive = TimeSpan.FromMilliseconds(300) });
        await host.Client.LaunchAsync(Plans.Small("a"));
        var dispatcher = host.Grains.GetGrain<IDispatcherGrain>("cpu");

        var old = await ClaimAsync(dispatcher, "zombie");
        var taken = await ClaimAsync(dispatcher, "heir"); // only after the first lease expired

        Assert.Equal(old.Key, taken.Key);
        Assert.Equal((1, 2), (old.Epoch, taken.Epoch));
        var stage = host.Grains.GetGrain<IStageGrain>(old.Key);
        Assert.False(await stage.RenewAsync(old.Ticket, new StageProgress { Part = "fine-tune" }));
        Assert.False(await stage.CompleteAsync(old.Ticket, StubStageRunner.Report(old.Key)));
        Assert.True(await stage.CompleteAsync(taken.Ticket, StubStageRunner.Report(taken.Key)));
        Assert.Equal(2, (await stage.GetStatusAsync()).Attempts);
    }

    [Fact]
    public async Task A_stage_that_is_declined_goes_to_another_worker_with_no_attempt_counted()
    {
        using var home = new TestHome();
        Directory.CreateDirectory(home.Path);
        await using var silo = await ClusterTests.StartAsync(home, $"Data Source={home.File("cluster.db")}", SiloRole.Control, null);
        await silo.Client.LaunchAsync(Plans.Small("a"));
        var dispatcher = silo.Grains.GetGrain<IDispatcherGrain>("cpu");
        var lease = await ClaimAsync(dispatcher, "blind");
        var stage = silo.Grains.GetGrain<IStageGrain>(lease.Key);

        await stage.RefuseAsync(lease.Ticket, "the pictures are not there");

        Assert.Equal(0, (await stage.GetStatusAsync()).Attempts);
        Assert.Equal(new DeclinedStage(lease.Key, 1, "the pictures are not there"), Assert.Single((await dispatcher.GetStatusAsync(10)).Declined));
        for (int i = 0; i < 10; i++)
        {
            Assert.Null(await dispatcher.ClaimAsync("blind"));
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
        Assert.Equal(lease.Key, (await ClaimAsync(dispatcher, "seeing")).Key);
    }

    [Fact]
    public async Task A_stage_that_somebody_taken_for_dead_finished_is_not_run_again()
    {
        using var home = new TestHome();
        await using var host = await home.StartAsync(null, TestHome.Quick with { LeaseTimeToLive = TimeSpan.FromMilliseconds(300) });
        var plan = Plans.Small("a");
        await host.Client.LaunchAsync(plan);
        var dispatcher = host.Grains.GetGrain<IDispatcherGrain>("cpu");
        var lost = await ClaimAsync(dispatcher, "hung");
        await host.Store.PublishReportAsync(StubStageRunner.Report(lost.Key)); // behind the back of the stage's grain

        var next = await ClaimAsync(dispatcher, "heir");

        Assert.Contains(next.Key, plan.Trajectories.Skip(1).Select(t => t.Stages[1].ComputeKey())); // of whichever trajectory heard of it first
        Assert.Equal(1, (await host.Grains.GetGrain<IStageGrain>(lost.Key).GetStatusAsync()).Attempts);
    }

    [Fact]
    public async Task A_stage_whose_worker_died_is_free_at_once_when_its_successor_tells()
    {
        using var home = new TestHome();
        await using var host = await home.StartAsync(null);
        await host.Client.LaunchAsync(Plans.Small("a"));
        var dispatcher = host.Grains.GetGrain<IDispatcherGrain>("cpu");
        var lease = await ClaimAsync(dispatcher, "dead");
        var stage = host.Grains.GetGrain<IStageGrain>(lease.Key);

        await stage.DiedAsync(lease.Ticket, "out of memory");

        var again = await ClaimAsync(dispatcher, "heir"); // the lease would have lasted 15 s
        Assert.Equal((lease.Key, lease.Epoch + 1), (again.Key, again.Epoch));
        Assert.Equal("out of memory", (await stage.GetStatusAsync()).LogTail);
        await stage.DiedAsync(lease.Ticket, "too late"); // nobody listens to an old epoch
        Assert.True(await stage.RenewAsync(again.Ticket, new StageProgress { Part = "fine-tune" }));
    }

    internal static async Task<StageLease> ClaimAsync(IDispatcherGrain dispatcher, string worker)
    {
        while (true)
        {
            if (await dispatcher.ClaimAsync(worker) is { } lease)
            {
                return lease;
            }
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
