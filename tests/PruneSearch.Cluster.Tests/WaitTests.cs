using Microsoft.Extensions.Time.Testing;
using PruneSearch.Cluster.Dispatching;
using PruneSearch.Cluster.Hosting;
using PruneSearch.Cluster.Placement;
using PruneSearch.Cluster.TestHost;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Tests;

/// <summary>Whoever looks at a search is told why its trajectories wait.</summary>
public sealed class WaitTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30); // on a machine that does other things too

    [Fact]
    public async Task Without_a_slot_the_first_trajectory_says_so_and_the_others_wait_for_it()
    {
        using var home = new TestHome();
        await using var host = await home.StartAsync(null);
        await host.Client.LaunchAsync(Plans.Small("a"));

        var status = await host.UntilAsync(
            "a", s => s.Trajectories.All(t => t.Wait is not null) && s.Trajectories[0].Wait!.Kind == WaitKind.NoSlot).WaitAsync(Soon, Cancellation);

        Assert.Equal("waits for a slot of class cpu: none is known", status.Trajectories[0].Wait!.Text);
        Assert.All(status.Trajectories.Skip(1), t => Assert.Equal(new WaitReason(WaitKind.Stage, "waits for stage 1 of base"), t.Wait));
    }

    [Fact]
    public async Task What_waits_in_the_queue_says_where_and_shows_nobody_elses_progress()
    {
        using var home = new TestHome();
        var plan = Plans.Of("a", 0, [0.2], [0.3], [0.4]);
        using var gate = new ManualResetEventSlim();
        var runner = new StubStageRunner(TimeSpan.Zero) { Behaviour = (job, c) => WaitUnlessBase(job, gate, c) };
        await using var host = await home.StartAsync(runner);
        await host.Client.LaunchAsync(plan);

        var status = await host.UntilAsync(
            "a", s => s.Trajectories.Count(t => t.Progress is not null) == 1 && s.Trajectories.Count(t => t.Wait?.Kind == WaitKind.Queue) == 2)
            .WaitAsync(Soon, Cancellation);

        Assert.Equal(
            ["waits for a slot of class cpu: position 1 of 2", "waits for a slot of class cpu: position 2 of 2"],
            status.Trajectories.Select(t => t.Wait?.Text).OfType<string>().Order());
        Assert.Null(status.Trajectories.Single(t => t.Progress is not null).Wait);
        gate.Set();
        Assert.All((await host.EndAsync("a")).Trajectories, t => Assert.Null(t.Wait));
    }

    [Fact]
    public async Task A_stage_that_several_wait_for_is_shown_as_the_first_ones()
    {
        using var home = new TestHome();
        using var gate = new ManualResetEventSlim();
        var runner = new StubStageRunner(TimeSpan.Zero) { Behaviour = (job, c) => gate.Wait(c) };
        await using var host = await home.StartAsync(runner);
        await host.Client.LaunchAsync(Plans.Small("a"));

        var status = await host.UntilAsync(
            "a", s => s.Trajectories[0].Progress is not null && s.Trajectories.Skip(1).All(t => t.Wait is not null)).WaitAsync(Soon, Cancellation);

        Assert.All(
            status.Trajectories.Skip(1),
            t => Assert.Equal((WorkState.Waiting, null, 0, "waits for stage 1 of base"), (t.State, t.Progress, t.Attempts, t.Wait!.Text)));
        gate.Set();
        await host.EndAsync("a");
    }

    [Fact]
    public async Task What_the_only_slot_of_a_machine_declines_ends_with_the_reason_and_goes_on_when_asked()
    {
        using var home = new TestHome();
        var plan = Plans.Small("a");
        string last = plan.Trajectories[4].Stages[3].ComputeKey();
        bool gone = true;
        var runner = new StubStageRunner(TimeSpan.Zero) { Behaviour = (job, _) => DeclineIf(gone && job.Key == last) };
        await using var host = await home.StartAsync(runner);

        var end = await host.RunAsync(plan).WaitAsync(Soon, Cancellation);

        Assert.Equal((WorkState.CompletedWithFailures, WorkState.Failed), (end.State, end.Trajectories[4].State));
        Assert.Equal("stage 4 of 4: the pictures are gone", end.Trajectories[4].Reason);
        gone = false;
        await host.Client.ResumeAsync("a", retryFailed: true);
        Assert.Equal(WorkState.Completed, (await host.EndAsync("a")).State);
    }

    [Fact]
    public async Task What_every_slot_of_a_cluster_declines_waits_and_says_why()
    {
        using var home = new TestHome();
        Directory.CreateDirectory(home.Path);
        string database = $"Data Source={home.File("cluster.db")}";
        bool gone = true;
        var runner = new StubStageRunner(TimeSpan.Zero) { Behaviour = (_, _) => DeclineIf(gone) };
        await using var silo = await ClusterTests.StartAsync(home, database, SiloRole.All, runner);
        await silo.Client.LaunchAsync(Plans.Small("a"));

        var status = await UntilAsync(silo, s => s.Trajectories[0].Wait?.Kind == WaitKind.Declined);

        Assert.Equal("waits for a slot of class cpu: declined by 1 of 1 slots: the pictures are gone", status.Trajectories[0].Wait!.Text);
        gone = false;
        await using var second = await ClusterTests.StartAsync(home, database, SiloRole.Worker, runner);
        Assert.Equal(WorkState.Completed, (await UntilAsync(silo, s => s.State.IsOver())).State);
    }

    [Fact]
    public async Task An_interrupted_search_waits_to_be_resumed()
    {
        using var home = new TestHome();
        await using (var host = await home.StartAsync(null))
        {
            await host.Client.LaunchAsync(Plans.Small("a"));
        }

        await using var again = await home.StartAsync(null);

        Assert.All((await again.Client.StatusAsync("a")).Trajectories, t => Assert.Equal(WaitKind.Interrupted, t.Wait?.Kind));
    }

    [Fact]
    public void A_slot_that_is_silent_for_as_long_as_a_lease_lasts_is_gone()
    {
        var (time, timings) = (new FakeTimeProvider(), new ClusterTimings());
        var slots = new KnownSlots(time, timings);
        Assert.Null(slots.Count()); // they had no time yet
        slots.Heard("a");
        slots.Heard("b");
        time.Advance(timings.LeaseTimeToLive - TimeSpan.FromSeconds(1));
        slots.Heard("b");
        Assert.Equal(2, slots.Count());
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(1, slots.Count());
        time.Advance(timings.LeaseTimeToLive);
        Assert.Equal(0, slots.Count());
    }

    [Fact]
    public void Reasons_name_what_the_queue_knows()
    {
        QueueReasons Reasons(int? slots, params DeclinedStage[] declined) =>
            new("cuda", new QueueStatus { Length = 300, First = [.. Enumerable.Range(1, 100).Select(Stage)], Slots = slots, Declined = declined });

        Assert.Equal((WaitKind.Silence, "waits for a slot of class cuda: its queue does not answer"), Parts(new QueueReasons("cuda", null).Of(Stage(1))));
        Assert.Equal((WaitKind.Queue, "waits for a slot of class cuda: position 7 of 300"), Parts(Reasons(null).Of(Stage(7))));
        Assert.Equal((WaitKind.Queue, "waits for a slot of class cuda: more than 100 stages go first"), Parts(Reasons(2).Of(Stage(101))));
        Assert.Equal(
            (WaitKind.Queue, "waits for a slot of class cuda: position 1 of 300; declined by 1 of 2 slots: no pictures"),
            Parts(Reasons(2, new DeclinedStage(Stage(1), 1, "no pictures")).Of(Stage(1))));
        Assert.Equal(
            (WaitKind.Declined, "waits for a slot of class cuda: declined by 2 of 2 slots: no pictures"),
            Parts(Reasons(2, new DeclinedStage(Stage(1), 2, "no pictures")).Of(Stage(1))));
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static StageKey Stage(int number) => StageKey.Of(BitConverter.GetBytes(number));

    private static (WaitKind, string) Parts(WaitReason reason) => (reason.Kind, reason.Text);

    private static void WaitUnlessBase(StageJob job, ManualResetEventSlim gate, CancellationToken cancellation)
    {
        if (job.Description.Base is null)
        {
            gate.Wait(cancellation);
        }
    }

    private static void DeclineIf(bool condition)
    {
        if (condition)
        {
            throw new InputUnavailableException("the pictures are gone");
        }
    }

    private static async Task<SearchStatus> UntilAsync(SiloHost silo, Func<SearchStatus, bool> holds)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        timeout.CancelAfter(Soon);
        while (true)
        {
            var status = await silo.Client.StatusAsync("a");
            if (holds(status))
            {
                return status;
            }
            await Task.Delay(20, timeout.Token);
        }
    }
}
