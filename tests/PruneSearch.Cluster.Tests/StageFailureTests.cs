using PruneSearch.Cluster.TestHost;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Tests;

/// <summary>What happens to a search when stages fail.</summary>
public sealed class StageFailureTests
{
    // An attempt that tells how far it is counts as one that got further: here none lives long enough to tell.
    private static readonly ClusterTimings Unhurried = TestHome.Quick with { Renewal = TimeSpan.FromSeconds(10) };
    private readonly StubStageRunner _runner = new(TimeSpan.Zero);

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
        await using var host = await home.StartAsync(_runner, Unhurried);

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
        _runner.Behaviour = (job, _) => ThrowIf(job.Key == bad, new InvalidOperationException("shapes do not fit"));
        await using var host = await home.StartAsync(_runner, Unhurried);

        var end = await host.RunAsync(plan);

        Assert.Equal((WorkState.CompletedWithFailures, "1 of 5 trajectories failed"), (end.State, end.Reason));
        Assert.Equal(WorkState.Failed, end.Trajectories[1].State);
        Assert.Contains("shapes do not fit", end.Trajectories[1].Reason, StringComparison.Ordinal);
        Assert.Contains(nameof(StageFailureTests), end.Trajectories[1].LogTail, StringComparison.Ordinal); // where it was thrown, whatever is compiled inline
        Assert.Equal(1, end.Trajectories[1].CompletedStages);
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
        await using var host = await home.StartAsync(_runner, Unhurried);

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
        await using var host = await home.StartAsync(_runner, Unhurried);

        var end = await host.RunAsync(Plans.Small("a"));

        Assert.Equal(WorkState.Failed, end.State);
        Assert.Contains("weights file is damaged", end.Reason, StringComparison.Ordinal);
        Assert.Single(_runner.Started);
        Assert.Empty((await host.Client.FrontierAsync("a")).Points);
    }

    [Fact]
    public async Task A_stage_that_yields_no_numbers_is_tried_again_and_then_fails_with_them()
    {
        using var home = new TestHome();
        var plan = Plans.Small("a");
        string bad = plan.Trajectories[1].Stages[1].ComputeKey();
        _runner.Reports = key => key == bad ? StubStageRunner.Report(key) with { FinalLoss = double.NaN } : StubStageRunner.Report(key);
        await using var host = await home.StartAsync(_runner, Unhurried);

        var end = await host.RunAsync(plan);

        Assert.Equal(WorkState.CompletedWithFailures, end.State);
        Assert.Contains("yielded no numbers", end.Trajectories[1].Reason, StringComparison.Ordinal);
        Assert.Equal(3, _runner.Started.Count(k => k == bad));
    }

    private static void ThrowIf(bool condition, Exception exception)
    {
        if (condition)
        {
            throw exception;
        }
    }
}
