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
        Assert.False(await stage.RenewAsync(old.Epoch, new StageProgress { Part = "fine-tune" }));
        Assert.False(await stage.CompleteAsync(old.Epoch, StubStageRunner.Report(old.Key)));
        Assert.True(await stage.CompleteAsync(taken.Epoch, StubStageRunner.Report(taken.Key)));
        Assert.Equal(2, (await stage.GetStatusAsync()).Attempts);
    }

    private static async Task<StageLease> ClaimAsync(IDispatcherGrain dispatcher, string worker)
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
