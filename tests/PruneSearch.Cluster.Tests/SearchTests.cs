using PruneSearch.Cluster.TestHost;
using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Tests;

public sealed class SearchTests
{
    private readonly StubStageRunner _runner = new(TimeSpan.Zero);

    [Fact]
    public async Task Trajectories_that_share_a_prefix_run_it_once()
    {
        using var home = new TestHome();
        await using var host = await home.StartAsync(_runner);
        var plan = Plans.Small("a");

        var end = await host.RunAsync(plan);

        Assert.Equal(WorkState.Completed, end.State);
        Assert.Equal(6, plan.Keys().Count);
        Assert.Equal(plan.Keys().Order(), _runner.Started.Order());
        Assert.All(end.Trajectories, t => Assert.Equal(t.Stages, t.Reports.Count));
        Assert.All(end.Trajectories, t => Assert.Equal(WorkState.Completed, t.State));
        Assert.Equal([1, 2, 2, 3, 4], end.Trajectories.Select(t => t.Stages));
    }

    [Fact]
    public async Task The_longest_path_goes_first()
    {
        using var home = new TestHome();
        var runner = new StubStageRunner(TimeSpan.FromMilliseconds(500));
        await using var host = await home.StartAsync(runner);
        var plan = Plans.Small("a");
        await host.RunAsync(plan);

        // A stage that was ready a moment earlier than all others may go before; while it runs, the others queue up.
        var longest = plan.Trajectories[4].Stages.Select(s => s.ComputeKey()).ToArray();
        var started = runner.Started.ToList();
        Assert.Equal(longest[0], started[0]);
        Assert.InRange(started.IndexOf(longest[1]), 1, 2);
    }

    [Fact]
    public async Task The_frontier_is_that_of_all_distinct_reports()
    {
        using var home = new TestHome();
        await using var host = await home.StartAsync(_runner);
        var plan = Plans.Small("a");
        await host.RunAsync(plan);

        var view = await host.Client.FrontierAsync("a");

        Assert.Equal(plan.Keys().Order(), view.Points.Select(p => p.Report.Key).Order());
        Assert.Equal(ScheduleKind.Base, view.Points[0].Schedule);
        Assert.Equal(0, view.Points[0].Ratio);
        Assert.Equal(view.Points.Skip(1).Select(p => p.Report.Latency.SpeedUp).Order(), view.Points.Skip(1).Select(p => p.Report.Latency.SpeedUp));
        foreach (var point in view.Points)
        {
            bool beaten = view.Points.Any(o => ParetoFrontier.Dominates(Costs(o), Costs(point)));
            Assert.Equal(!beaten, point.OnFrontier);
        }
        Assert.Equal([0.2, 0.4, 0.6], view.Points.Where(p => p.Trajectory.StartsWith("iterative", StringComparison.Ordinal)).Select(p => p.Ratio).Order());

        // The base is as fast as itself, whatever was measured.
        double[] Costs(FrontierPoint p) => [.. plan.Objectives.Select(o => o == Objective.Latency && p.Iteration == 0 ? 1 : o.Cost(p.Report))];
    }

    [Fact]
    public async Task Two_searches_share_their_stages()
    {
        using var home = new TestHome();
        await using var host = await home.StartAsync(_runner);
        var (first, second) = (Plans.Of("first", 0, [0.4], [0.2, 0.4]), Plans.Of("second", 0, [0.2, 0.4, 0.6]));
        await Task.WhenAll(host.Client.LaunchAsync(first), host.Client.LaunchAsync(second));

        Assert.Equal(WorkState.Completed, (await host.EndAsync("first")).State);
        Assert.Equal(WorkState.Completed, (await host.EndAsync("second")).State);
        Assert.Equal(first.Keys().Union(second.Keys()).Order(), _runner.Started.Order());
        Assert.Equal(["first", "second"], (await host.Client.ListAsync()).Select(s => s.Id).Order());
    }

    [Fact]
    public async Task Launching_the_same_plan_again_does_nothing_and_another_one_is_refused()
    {
        using var home = new TestHome();
        await using var host = await home.StartAsync(_runner);
        await host.RunAsync(Plans.Small("a"));
        await host.RunAsync(Plans.Small("a"));
        Assert.Equal(6, _runner.Started.Count);

        var e = await Assert.ThrowsAsync<InvalidOperationException>(() => host.Client.LaunchAsync(Plans.Small("a", seed: 1)));
        Assert.Contains("another search 'a'", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stage_that_throws_is_tried_again()
    {
        using var home = new TestHome();
        var plan = Plans.Small("a");
        string unlucky = plan.Keys()[^1];
        int left = 2;
        _runner.Behaviour = (job, _) =>
        {
            if (job.Key == unlucky && left-- > 0)
            {
                throw new InvalidOperationException("bad luck");
            }
        };
        await using var host = await home.StartAsync(_runner);

        Assert.Equal(WorkState.Completed, (await host.RunAsync(plan)).State);
        Assert.Equal(3, _runner.Started.Count(k => k == unlucky));
        Assert.Equal(8, _runner.Started.Count);
    }

    [Fact]
    public async Task A_stage_that_keeps_throwing_fails_with_its_reason_and_the_search_goes_on()
    {
        using var home = new TestHome();
        var plan = Plans.Small("a");
        string bad = plan.Trajectories[1].Stages[1].ComputeKey();
        _runner.Behaviour = (job, _) => ThrowIf(job.Key == bad, new InvalidOperationException("out of memory"));
        await using var host = await home.StartAsync(_runner);

        var end = await host.RunAsync(plan);

        Assert.Equal((WorkState.CompletedWithFailures, "1 of 5 trajectories failed"), (end.State, end.Reason));
        Assert.Equal(WorkState.Failed, end.Trajectories[1].State);
        Assert.Contains("out of memory", end.Trajectories[1].Reason, StringComparison.Ordinal);
        Assert.Contains("StubStageRunner", end.Trajectories[1].LogTail, StringComparison.Ordinal); // where it was thrown
        Assert.Single(end.Trajectories[1].Reports);
        Assert.Equal(3, _runner.Started.Count(k => k == bad));
    }

    [Fact]
    public async Task A_stage_that_cannot_succeed_is_not_tried_again_until_the_user_asks()
    {
        using var home = new TestHome();
        var plan = Plans.Small("a");
        string bad = plan.Trajectories[1].Stages[1].ComputeKey();
        bool broken = true;
        _runner.Behaviour = (job, _) => ThrowIf(broken && job.Key == bad, new StageFailedException("loss diverged"));
        await using var host = await home.StartAsync(_runner);

        var end = await host.RunAsync(plan);
        Assert.Contains("loss diverged", end.Trajectories[1].Reason, StringComparison.Ordinal);
        Assert.Single(_runner.Started, k => k == bad);

        broken = false;
        await host.Client.ResumeAsync("a");
        Assert.Equal(WorkState.Failed, (await host.EndAsync("a")).Trajectories[1].State);
        await host.Client.ResumeAsync("a", retryFailed: true);
        end = await host.EndAsync("a");
        Assert.All(end.Trajectories, t => Assert.Equal(WorkState.Completed, t.State));
        Assert.Equal(7, _runner.Started.Count);
    }

    [Fact]
    public async Task A_search_without_a_base_fails_with_the_reason()
    {
        using var home = new TestHome();
        _runner.Behaviour = (_, _) => throw new StageFailedException("weights file is damaged");
        await using var host = await home.StartAsync(_runner);

        var end = await host.RunAsync(Plans.Small("a"));

        Assert.Equal(WorkState.Failed, end.State);
        Assert.Contains("weights file is damaged", end.Reason, StringComparison.Ordinal);
        Assert.Single(_runner.Started);
        Assert.Empty((await host.Client.FrontierAsync("a")).Points);
    }

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
    public async Task A_stage_that_yields_no_numbers_is_tried_again_and_then_fails_with_them()
    {
        using var home = new TestHome();
        var plan = Plans.Small("a");
        string bad = plan.Trajectories[1].Stages[1].ComputeKey();
        _runner.Reports = key => key == bad ? StubStageRunner.Report(key) with { FinalLoss = double.NaN } : StubStageRunner.Report(key);
        await using var host = await home.StartAsync(_runner);

        var end = await host.RunAsync(plan);

        Assert.Equal(WorkState.CompletedWithFailures, end.State);
        Assert.Contains("yielded no numbers", end.Trajectories[1].Reason, StringComparison.Ordinal);
        Assert.Equal(3, _runner.Started.Count(k => k == bad));
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

    [Fact]
    public async Task Bad_plans_and_unknown_searches_are_refused_with_the_reason()
    {
        using var home = new TestHome();
        await using var host = await home.StartAsync(null);
        var plan = Plans.Small("a");
        var broken = plan with { Trajectories = [plan.Trajectories[4] with { Stages = [.. plan.Trajectories[4].Stages.Skip(1)] }] };

        Assert.Contains("stage 1 of trajectory 'iterative-60'", (await Assert.ThrowsAsync<ArgumentException>(() => host.Client.LaunchAsync(broken))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(() => host.Client.LaunchAsync(plan with { Id = "a/b" }));
        Assert.Contains("no search 'a'", (await Assert.ThrowsAsync<KeyNotFoundException>(() => host.Client.StatusAsync("a"))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<KeyNotFoundException>(() => host.Client.ResumeAsync("a"));
        await Assert.ThrowsAsync<KeyNotFoundException>(() => host.Client.CancelAsync("a", "x"));
        Assert.Empty(await host.Client.ListAsync());
    }

    private static void ThrowIf(bool condition, Exception exception)
    {
        if (condition)
        {
            throw exception;
        }
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
