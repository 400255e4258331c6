using PruneSearch.Cluster.TestHost;
using PruneSearch.Core;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Tests;

/// <summary>Instruments belong to the process: nothing else may run meanwhile.</summary>
[CollectionDefinition(nameof(MetricsTests), DisableParallelization = true)]
public sealed class MetricsTestsAlone;

/// <summary>Every instrument tells what happened.</summary>
[Collection(nameof(MetricsTests))]
public sealed class MetricsTests
{
    private const string Stages = "prunesearch.search.stages", BusyShare = "prunesearch.slot.busy_share", Attempts = "prunesearch.stages";
    private static readonly (string, string) Cpu = (Telemetry.DeviceClassTag, "cpu");

    [Fact]
    public async Task A_search_tells_its_stages_its_queue_its_slot_and_its_frontier()
    {
        using var home = new TestHome();
        using var instruments = new Instruments();
        using var gate = new ManualResetEventSlim();
        var plan = Plans.Small("a");
        string root = plan.Keys()[0];
        var runner = new StubStageRunner(TimeSpan.Zero) { Behaviour = (job, c) => Wait(job.Key != root, gate, c) };
        await using var host = await home.StartAsync(runner);
        await host.Client.LaunchAsync(plan);

        // The base is done; of the three stages that follow it one runs and two are ready.
        await instruments.UntilAsync(Stages, 1, State("running"));
        await instruments.UntilAsync("prunesearch.queue.depth", 2, Cpu);
        await instruments.UntilAsync(Stages, 1, State("completed"));
        await instruments.UntilAsync(Stages, 4, State("waiting"));
        Assert.Equal(0, instruments.Last(Stages, State("failed")));
        await instruments.UntilAsync("prunesearch.slots", 1, Cpu);
        await instruments.UntilAsync("prunesearch.search.slot_time", 1, (Telemetry.SearchTag, "a"));
        Assert.True(instruments.Tells("prunesearch.queue.age", Cpu) && instruments.Last("prunesearch.queue.age", Cpu) > 0);
        Assert.True(instruments.Tells("prunesearch.search.frontier_volume", (Telemetry.SearchTag, "a")));
        Assert.Equal(StubStageRunner.ImagesPerSecond, instruments.Last("prunesearch.slot.images_per_second"));
        instruments.Ask();
        await Task.Delay(50, TestContext.Current.CancellationToken);
        instruments.Ask();
        Assert.Equal(1, instruments.Last(BusyShare)!.Value, 3);

        gate.Set();
        await host.EndAsync("a");
        // What is over is measured no more.
        await instruments.UntilGoneAsync(Stages, State("completed"));
        await instruments.UntilGoneAsync("prunesearch.search.frontier_volume", (Telemetry.SearchTag, "a"));
        await instruments.UntilGoneAsync("prunesearch.slot.images_per_second");
        await instruments.UntilAsync("prunesearch.queue.depth", 0, Cpu);
        Assert.Equal((6, 6), (instruments.Count("prunesearch.attempt.duration"), instruments.Count("prunesearch.stage.duration")));
        Assert.Equal((6, 6), (instruments.Sum(Attempts), instruments.Sum(Attempts, (Telemetry.OutcomeTag, "completed"))));
        instruments.Ask();
        await Task.Delay(50, TestContext.Current.CancellationToken);
        instruments.Ask();
        Assert.Equal(0, instruments.Last(BusyShare));
    }

    [Fact]
    public async Task Retries_and_failed_stages_are_counted()
    {
        using var home = new TestHome();
        using var instruments = new Instruments();
        var plan = Plans.Small("a");
        var (unlucky, bad) = (plan.Trajectories[1].Stages[1].ComputeKey(), plan.Trajectories[4].Stages[2].ComputeKey());
        int left = 2;
        var runner = new StubStageRunner(TimeSpan.Zero)
        {
            Behaviour = (job, _) =>
            {
                if (job.Key == bad)
                {
                    throw new StageFailedException("loss diverged");
                }
                if (job.Key == unlucky && left-- > 0)
                {
                    throw new InvalidOperationException("bad luck");
                }
            },
        };
        // so that no attempt tells that it got further
        await using var host = await home.StartAsync(runner, TestHome.Quick with { Renewal = TimeSpan.FromSeconds(10) });

        Assert.Equal(WorkState.CompletedWithFailures, (await host.RunAsync(plan)).State);

        Assert.Equal(2, instruments.Sum("prunesearch.stage.retries"));
        Assert.Equal((2, 1, 4), (Outcomes("retry"), Outcomes("failed"), Outcomes("completed")));
        Assert.Equal(0, instruments.Sum("prunesearch.lease.losses"));

        double Outcomes(string outcome) => instruments.Sum(Attempts, (Telemetry.OutcomeTag, outcome));
    }

    [Fact]
    public async Task A_lease_that_nobody_renews_is_counted_as_lost()
    {
        using var home = new TestHome();
        using var instruments = new Instruments();
        await using var host = await home.StartAsync(null, TestHome.Quick with { LeaseTimeToLive = TimeSpan.FromMilliseconds(300) });
        await host.Client.LaunchAsync(Plans.Small("a"));
        var dispatcher = host.Grains.GetGrain<IDispatcherGrain>("cpu");

        await LeaseTests.ClaimAsync(dispatcher, "silent");
        await LeaseTests.ClaimAsync(dispatcher, "heir"); // only after the first lease expired

        Assert.Equal(1, instruments.Sum("prunesearch.lease.losses"));
    }

    [Fact]
    public async Task The_checkpoint_store_tells_bytes_and_seconds_of_what_it_wrote_and_read()
    {
        using var home = new TestHome();
        using var instruments = new Instruments();
        await using var host = await home.StartAsync(new StubStageRunner(TimeSpan.Zero));
        await host.RunAsync(Plans.Small("a"));
        var files = new[] { "stages", "searches" }.SelectMany(
            f => Directory.EnumerateFiles(Path.Combine(home.Path, f), "*", SearchOption.AllDirectories)).Select(f => new FileInfo(f)).ToList();
        var (write, read) = ((Telemetry.OperationTag, "write"), (Telemetry.OperationTag, "read"));

        Assert.Equal(files.Sum(f => f.Length), instruments.Sum("prunesearch.checkpoint.bytes", write));
        Assert.Equal(files.Count, instruments.Count("prunesearch.checkpoint.duration", write));
        Assert.InRange(instruments.Sum("prunesearch.checkpoint.duration", write), 1e-6, 60);

        var (bytes, count) = (instruments.Sum("prunesearch.checkpoint.bytes", read), instruments.Count("prunesearch.checkpoint.duration", read));
        await using (var report = await host.Store.OpenReadAsync(Path.GetRelativePath(home.Path, files[0].FullName), TestContext.Current.CancellationToken))
        {
            await report.CopyToAsync(Stream.Null, TestContext.Current.CancellationToken);
            Assert.Equal(bytes, instruments.Sum("prunesearch.checkpoint.bytes", read)); // it is not over yet
        }
        Assert.Equal(bytes + files[0].Length, instruments.Sum("prunesearch.checkpoint.bytes", read));
        Assert.Equal(count + 1, instruments.Count("prunesearch.checkpoint.duration", read));
    }

    // Of this search: others in this process were left unfinished by tests, and their gauges with them.
    private static (string, string)[] State(string state) => [(Telemetry.SearchTag, "a"), Cpu, (Telemetry.StateTag, state)];

    private static void Wait(bool waits, ManualResetEventSlim gate, CancellationToken cancellation)
    {
        if (waits)
        {
            gate.Wait(cancellation);
        }
    }
}
