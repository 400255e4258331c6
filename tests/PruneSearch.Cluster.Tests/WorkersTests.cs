using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using PruneSearch.Cluster.Hosting;
using PruneSearch.Cluster.TestHost;
using PruneSearch.Cluster.Workers;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Tests;

/// <summary>An operator sees who is there and what they do, and can have a worker take no new stage.</summary>
public sealed class WorkersTests
{
    [Fact]
    public async Task A_slot_is_listed_with_its_stage_and_takes_no_new_one_while_it_is_drained()
    {
        using var home = new TestHome();
        using var gate = new ManualResetEventSlim();
        var runner = new StubStageRunner(TimeSpan.Zero) { Behaviour = (_, c) => gate.Wait(c) };
        await using var host = await home.StartAsync(runner);
        var plan = Plans.Small("a");
        await host.Client.LaunchAsync(plan);

        var slot = await UntilAsync(host, s => s.Stage is not null);
        Assert.Equal((plan.Trajectories[0].Keys[0], "cpu", Environment.ProcessId), (slot.Stage!.Value, slot.DeviceClass, slot.Process));
        Assert.Matches(@"^\d+\.\d+\.\d+", slot.Version);

        await host.Client.DrainAsync(slot.Worker, drained: true);
        await Task.Delay(4 * TestHome.Quick.Renewal, TestContext.Current.CancellationToken);
        gate.Set();
        await UntilAsync(host, s => s is { Stage: null, Drained: true });
        await Task.Delay(4 * TestHome.Quick.IdleClaim, TestContext.Current.CancellationToken);
        Assert.Equal(1, (await host.Client.SummaryAsync("a")).CompletedStages); // what it had was not thrown away
        await host.UntilAsync("a", s => s.Trajectories.Any(t => t.Wait?.Kind is WaitKind.Queue or WaitKind.NoSlot));

        await host.Client.DrainAsync(slot.Worker, drained: false);
        Assert.Equal(WorkState.Completed, (await host.EndAsync("a")).State);
    }

    [Fact]
    public async Task A_slot_of_two_device_classes_works_for_searches_of_both_and_one_of_neither_waits()
    {
        using var home = new TestHome();
        var ran = new ConcurrentBag<string>();
        var runner = new StubStageRunner(TimeSpan.Zero) { Behaviour = (job, _) => ran.Add(job.Description.SlotClass) };
        await using var host = await EmbeddedHost.StartAsync(new EmbeddedHostOptions
        {
            Home = home.Path,
            Timings = TestHome.Quick,
            DeviceClasses = ["cpu", "cuda"],
            ConfigureServices = s => s.AddSingleton<IStageRunner>(runner),
        });
        await host.Client.LaunchAsync(Plans.Small("a"));
        await host.Client.LaunchAsync(Plans.SmallOn("cuda", "b", 1));
        await host.Client.LaunchAsync(Plans.SmallOn("tpu", "c", 2));

        Assert.Equal(WorkState.Completed, (await host.EndAsync("a")).State);
        Assert.Equal(WorkState.Completed, (await host.EndAsync("b")).State);
        Assert.Equal([("cpu", 6), ("cuda", 6)], ran.CountBy(c => c).Select(c => (c.Key, c.Value)).Order());
        await host.UntilAsync("c", s => s.Trajectories.Any(t => t.Wait is { Kind: WaitKind.NoSlot }));
        Assert.Equal("cpu", Assert.Single(await host.Client.WorkersAsync()).Slot.DeviceClass);
    }

    [Fact]
    public async Task A_worker_that_nobody_heard_of_cannot_be_drained()
    {
        using var home = new TestHome();
        await using var host = await home.StartAsync(null);

        var unknown = await Assert.ThrowsAsync<KeyNotFoundException>(() => host.Client.DrainAsync("nobody", true));
        Assert.Contains("'nobody'", unknown.Message, StringComparison.Ordinal);
        Assert.Empty(await host.Client.WorkersAsync());
    }

    [Fact]
    public async Task Silent_slots_are_gone_and_later_forgotten_and_what_was_asked_of_one_outlives_either_side()
    {
        var (time, timings) = (new FakeTimeProvider(), new ClusterTimings());
        var before = new WorkersGrain(timings, time);
        Assert.False(await before.PresentAsync(Slot(drained: false)));
        Assert.True(await before.DrainAsync("w", true));
        Assert.True(await before.PresentAsync(Slot(drained: false))); // a process that began anew under the name

        var after = new WorkersGrain(timings, time); // the grain began anew: the slot knows
        Assert.True(await after.PresentAsync(Slot(drained: true)));
        Assert.True(await after.DrainAsync("w", false));
        Assert.False(await after.PresentAsync(Slot(drained: true)));

        time.Advance(timings.LeaseTimeToLive);
        Assert.True(Assert.Single(await after.ListAsync()).Gone);
        time.Advance(TimeSpan.FromMinutes(10));
        Assert.Empty(await after.ListAsync());
        Assert.False(await after.DrainAsync("w", true));

        SlotPresence Slot(bool drained) =>
            new() { Worker = "w", DeviceClass = "cpu", Machine = "m", Process = 1, Version = "1", Since = time.GetUtcNow(), Drained = drained };
    }

    private static async Task<SlotPresence> UntilAsync(EmbeddedHost host, Func<SlotPresence, bool> holds)
    {
        for (var end = DateTime.UtcNow.AddSeconds(60); ; await Task.Delay(20, TestContext.Current.CancellationToken))
        {
            if ((await host.Client.WorkersAsync()).FirstOrDefault(s => holds(s.Slot)) is { } found)
            {
                return found.Slot;
            }
            Assert.True(DateTime.UtcNow < end, "the slot did not get there");
        }
    }
}
