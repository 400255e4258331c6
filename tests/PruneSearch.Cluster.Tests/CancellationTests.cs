using PruneSearch.Cluster.TestHost;
using PruneSearch.Core.Searches;

namespace PruneSearch.Cluster.Tests;

/// <summary>Cancelled searches, and what others still want.</summary>
public sealed class CancellationTests
{
    private readonly StubStageRunner _runner = new(TimeSpan.Zero);

    [Fact]
    public async Task Cancelling_stops_the_running_stage_and_frees_the_slot()
    {
        using var home = new TestHome();
        int cancelled = 0;
        string blocked = Plans.Small("a").Keys()[0];
        _runner.Behaviour = (job, c) => WaitIf(job.Key == blocked, c, ref cancelled);
        await using var host = await home.StartAsync(_runner);
        await host.Client.LaunchAsync(Plans.Small("a"));
        await host.UntilAsync("a", s => s.Trajectories[0].State == WorkState.Running);

        await host.Client.CancelAsync("a", "enough");

        var end = await host.EndAsync("a");
        Assert.Equal((WorkState.Cancelled, "enough"), (end.State, end.Reason));
        Assert.Equal(WorkState.Completed, (await host.RunAsync(Plans.Small("b", seed: 1))).State);
        Assert.Equal(1, cancelled);
        Assert.Single(_runner.Started, k => k == blocked);
    }

    [Fact]
    public async Task Cancelling_frees_the_slot_within_five_seconds_with_the_timings_that_users_have()
    {
        using var home = new TestHome();
        using var freed = new ManualResetEventSlim();
        _runner.Behaviour = (_, c) =>
        {
            c.WaitHandle.WaitOne();
            freed.Set();
            c.ThrowIfCancellationRequested();
        };
        await using var host = await home.StartAsync(_runner, new ClusterTimings());
        await host.Client.LaunchAsync(Plans.Small("a"));
        await host.UntilAsync("a", s => s.Trajectories[0].State == WorkState.Running);

        await host.Client.CancelAsync("a", "enough");

        Assert.True(freed.Wait(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_stage_that_another_search_wants_survives_the_cancellation()
    {
        using var home = new TestHome();
        using var gate = new ManualResetEventSlim();
        int cancelled = 0;
        _runner.Behaviour = (_, c) =>
        {
            try
            {
                gate.Wait(c);
            }
            catch (OperationCanceledException)
            {
                Interlocked.Increment(ref cancelled);
                throw;
            }
        };
        await using var host = await home.StartAsync(_runner);
        await host.Client.LaunchAsync(Plans.Small("a"));
        await host.Client.LaunchAsync(Plans.Of("b", 0, [0.4]));
        await host.UntilAsync("a", s => s.Trajectories[0].State == WorkState.Running);
        await host.UntilAsync("b", s => s.Trajectories[0].State == WorkState.Running);

        await host.Client.CancelAsync("a", "enough");
        gate.Set();

        Assert.Equal(WorkState.Completed, (await host.EndAsync("b")).State);
        Assert.Equal(0, cancelled);
        Assert.Equal(2, _runner.Started.Count);
    }

    [Fact]
    public async Task A_cancelled_search_can_be_resumed()
    {
        using var home = new TestHome();
        int cancelled = 0;
        bool blocks = true;
        _runner.Behaviour = (_, c) => WaitIf(blocks, c, ref cancelled);
        await using var host = await home.StartAsync(_runner);
        await host.Client.LaunchAsync(Plans.Small("a"));
        await host.UntilAsync("a", s => s.Trajectories[0].State == WorkState.Running);
        await host.Client.CancelAsync("a", "enough");
        blocks = false;

        await host.Client.ResumeAsync("a");

        Assert.Equal(WorkState.Completed, (await host.EndAsync("a")).State);
    }

    private static void WaitIf(bool condition, CancellationToken cancellation, ref int cancelled)
    {
        if (condition)
        {
            cancellation.WaitHandle.WaitOne();
            Interlocked.Increment(ref cancelled);
            cancellation.ThrowIfCancellationRequested();
        }
    }
}
