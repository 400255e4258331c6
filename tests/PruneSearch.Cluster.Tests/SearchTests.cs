using PruneSearch.Cluster.TestHost;
using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Searches;

namespace PruneSearch.Cluster.Tests;

/// <summary>Searches that run to their end, what they share, and what is refused.</summary>
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
        Assert.All(end.Trajectories, t => Assert.Equal(t.Stages, t.CompletedStages));
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
    public async Task Bad_plans_and_unknown_searches_are_refused_with_the_reason()
    {
        using var home = new TestHome();
        await using var host = await home.StartAsync(null);
        var plan = Plans.Small("a");
        var broken = plan with { Trajectories = [plan.Trajectories[4] with { Stages = [.. plan.Trajectories[4].Stages.Skip(1)] }] };

        Assert.Contains(
            "stage 1 of trajectory 'iterative-60'",
            (await Assert.ThrowsAsync<ArgumentException>(() => host.Client.LaunchAsync(broken))).Message,
            StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(() => host.Client.LaunchAsync(plan with { Id = "a/b" }));
        Assert.Contains(
            "no search 'a'", (await Assert.ThrowsAsync<KeyNotFoundException>(() => host.Client.StatusAsync("a"))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<KeyNotFoundException>(() => host.Client.ResumeAsync("a"));
        await Assert.ThrowsAsync<KeyNotFoundException>(() => host.Client.CancelAsync("a", "x"));
        Assert.Empty(await host.Client.ListAsync());
    }
}
