using Microsoft.Extensions.DependencyInjection;
using PruneSearch.Cluster.Hosting;
using PruneSearch.Cluster.TestHost;
using PruneSearch.Connections.Homes;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Tests;

/// <summary>Looking at a home for long, whoever works there meanwhile.</summary>
public sealed class HomeSessionTests
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task It_looks_on_through_whichever_process_works_and_stands_in_nobodys_way()
    {
        using var home = new TestHome();
        await using var session = await OpenAsync(home, new StubStageRunner(TimeSpan.Zero));
        Assert.Empty(await session.ListAsync());
        await using (var other = await SearchConnection.OpenAsync(home.Path, TestContext.Current.CancellationToken))
        {
            Assert.Equal(Environment.ProcessId, other.ProcessId); // asked through the session's host, which keeps the home
            Assert.False(other.RunsStages);
        }

        using (var process = TestHostProcess.Start(home, home.File("runs.log"), stageMilliseconds: 600_000))
        {
            await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
            await UntilAsync(session, "killed", s => s.State == WorkState.Running);
            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
        await UntilAsync(session, "killed", s => s.State == WorkState.Waiting);

        using var next = TestHostProcess.Start(home, home.File("runs.log"), stageMilliseconds: 1);
        await next.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, next.ExitCode);
        await UntilAsync(session, "killed", s => s.State == WorkState.Completed);
        Assert.Equal(Plans.Small("killed").Keys().Distinct().Count(), (await session.ReportsAsync("killed", 0, 500)).Total);
        Assert.False(File.Exists(Path.Combine(home.Path, "lock.wanted")));
    }

    [Fact]
    public async Task What_is_launched_through_it_runs_in_this_process_which_lets_go_of_the_home_afterwards()
    {
        using var home = new TestHome();
        await using var session = await OpenAsync(home, new StubStageRunner(TimeSpan.Zero));
        var plan = Plans.Small("launched");
        await session.LaunchAsync(plan);
        await UntilAsync(session, plan.Id, s => s.State == WorkState.Completed);

        while (HostFile.TryRead(home.Path) is not { RunsStages: false, Answers: true })
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
        using var next = TestHostProcess.Start(home, home.File("runs.log"), stageMilliseconds: 1);
        await next.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(next.ExitCode == 0, await next.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_is_launched_into_another_process_goes_on_here_when_that_one_is_killed()
    {
        using var home = new TestHome();
        await using var session = await OpenAsync(home, new StubStageRunner(TimeSpan.Zero));
        using var process = TestHostProcess.Start(home, home.File("runs.log"), stageMilliseconds: 600_000);
        await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        var plan = Plans.Small("launched");
        await session.LaunchAsync(plan);
        process.Kill();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        await UntilAsync(session, plan.Id, s => s.State == WorkState.Completed);
        Assert.Equal(WorkState.Waiting, (await session.SummaryAsync("killed")).State); // nobody asked for that one here
    }

    private static Task<HomeSession> OpenAsync(TestHome home, IStageRunner runner)
    {
        Directory.CreateDirectory(home.Path);
        var options = new EmbeddedHostOptions { Home = home.Path, Timings = TestHome.Quick, ConfigureServices = s => s.AddSingleton(runner) };
        return HomeSession.OpenAsync(options, reason => Assert.Fail(reason));
    }

    private static async Task UntilAsync(HomeSession session, string id, Func<SearchSummary, bool> holds)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeLimit);
        while (!(await session.ListAsync()).Any(s => s.Id == id && holds(s)))
        {
            await Task.Delay(50, limit.Token);
        }
    }
}
