using System.Diagnostics;
using System.Text.Json;
using PruneSearch.Cluster.Hosting;
using PruneSearch.Cluster.TestHost;
using PruneSearch.Core;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Storage;
using PruneSearch.Storage;

namespace PruneSearch.Cluster.Tests;

/// <summary>Kills a real process that runs a search, at moments spread over all that it does, and starts it again.</summary>
public sealed class KillTests
{
    private const int StageMilliseconds = 300;

    [Fact]
    public async Task A_killed_search_loses_nothing_and_doubles_nothing()
    {
        using var home = new TestHome();
        string log = home.File("runs.log");
        var plan = Plans.Small("killed");
        var done = new HashSet<string>();
        int kills = 0;
        // Before the silo answers, within the first stage, and within and between later ones.
        foreach (int delay in new[] { -1, 40, 450, 480, 550, 400, 500 })
        {
            using var process = Start(home, log);
            if (delay >= 0)
            {
                await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
                await Task.Delay(delay, TestContext.Current.CancellationToken);
            }
            kills += process.HasExited ? 0 : 1;
            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            await RequireNotRunAgainAsync(home, log, plan, done);
        }
        Assert.True(kills >= 4, $"only {kills} of the processes were killed before they were done");

        using var last = Start(home, log);
        await last.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(last.ExitCode == 0, $"exit code {last.ExitCode}: {await last.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken)}");
        await RequireNotRunAgainAsync(home, log, plan, done);
        Assert.Equal(plan.Keys().Select(k => k.ToString()).Order(), done.Order());

        Assert.Equal(await UndisturbedAsync(plan), await FrontierAsync(home));
    }

    [Fact]
    public async Task A_killed_search_that_grows_tries_what_it_would_have_tried()
    {
        using var home = new TestHome();
        string log = home.File("runs.log");
        var plan = GrowingPlans.Reproducible("killed");
        int kills = 0;
        foreach (int delay in new[] { -1, 300, 700, 900, 1100, 600 })
        {
            using var process = TestHostProcess.Start(home, log, stageMilliseconds: 100, growing: true);
            if (delay >= 0)
            {
                await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
                await Task.Delay(delay, TestContext.Current.CancellationToken);
            }
            kills += process.HasExited ? 0 : 1;
            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
        Assert.True(kills >= 4, $"only {kills} of the processes were killed before they were done");
        using var last = TestHostProcess.Start(home, log, stageMilliseconds: 100, growing: true);
        await last.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(last.ExitCode == 0, $"exit code {last.ExitCode}: {await last.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken)}");

        var done = File.ReadLines(log).Where(l => l.StartsWith("done ", StringComparison.Ordinal)).ToList();
        Assert.InRange(done.Count - done.Distinct().Count(), 0, kills); // at most the one that was being written when the process died
        using var other = new TestHome();
        await using var undisturbed = await other.StartAsync(new StubStageRunner(TimeSpan.Zero));
        Assert.Equal(WorkState.Completed, (await undisturbed.RunAsync(plan)).State);
        await using var host = await home.StartAsync(null);
        Assert.Equal(await TriedAsync(undisturbed), await TriedAsync(host));
        Assert.Equal(await FrontierAsync(undisturbed), await FrontierAsync(host));
        Assert.Null(await GrowthTests.DifferenceAsync(host, plan));
    }

    [Fact]
    public async Task An_interrupted_process_gives_its_stage_back_and_ends_soon()
    {
        using var home = new TestHome();
        string log = home.File("runs.log");
        using (var process = Start(home, log, stageMilliseconds: 600_000))
        {
            await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
            await UntilAsync(() => File.Exists(log));
            using var interrupt = Process.Start("kill", ["-INT", $"{process.Id}"]);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(130, process.ExitCode);
        }

        await using (var idle = await home.StartAsync(null))
        {
            var status = await idle.Client.StatusAsync("killed");
            Assert.Equal(WorkState.Waiting, status.State);
            Assert.Contains("resume", status.Reason, StringComparison.Ordinal);
        }
        using var again = Start(home, log);
        await again.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, again.ExitCode);
        Assert.Equal(7, File.ReadLines(log).Count(l => l.StartsWith("start", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Another_process_is_asked_through_its_gateway_and_refuses_a_second_worker()
    {
        using var home = new TestHome();
        using var process = Start(home, home.File("runs.log"), stageMilliseconds: 600_000);
        await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);

        var e = await Assert.ThrowsAsync<HomeInUseException>(() => home.StartAsync(new StubStageRunner(TimeSpan.Zero)));
        Assert.Equal(process.Id, e.ProcessId);
        Assert.Contains($"process {process.Id}", e.Message, StringComparison.Ordinal);

        await using (var connection = await SearchConnection.OpenAsync(home.Path, TestContext.Current.CancellationToken))
        {
            Assert.Equal(process.Id, connection.ProcessId);
            Assert.Equal(WorkState.Running, (await connection.Client.StatusAsync("killed")).State);
            await connection.Client.CancelAsync("killed", "from outside");
        }
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, process.ExitCode);

        await using var alone = await SearchConnection.OpenAsync(home.Path, TestContext.Current.CancellationToken);
        Assert.Null(alone.ProcessId);
        Assert.Equal("from outside", (await alone.Client.StatusAsync("killed")).Reason);
    }

    private static Process Start(TestHome home, string log, int stageMilliseconds = StageMilliseconds) => TestHostProcess.Start(home, log, stageMilliseconds);

    private static async Task RequireNotRunAgainAsync(TestHome home, string log, SearchPlan plan, HashSet<string> done)
    {
        var started = File.Exists(log)
            ? File.ReadLines(log).Where(l => l.StartsWith("start ", StringComparison.Ordinal)).Select(l => l["start ".Length..]).ToList() : [];
        foreach (string key in done)
        {
            Assert.DoesNotContain(key, started);
        }
        var store = new FolderCheckpointStore(home.Path);
        foreach (var key in plan.Keys())
        {
            if (await store.ExistsAsync(CheckpointNames.Report(key), TestContext.Current.CancellationToken))
            {
                done.Add(key);
            }
        }
        File.Delete(log); // the next run begins a new one: whatever it starts must not be done
    }

    private static async Task<string> UndisturbedAsync(SearchPlan plan)
    {
        using var home = new TestHome();
        await using (var host = await home.StartAsync(new StubStageRunner(TimeSpan.Zero)))
        {
            Assert.Equal(WorkState.Completed, (await host.RunAsync(plan)).State);
        }
        return await FrontierAsync(home);
    }

    private static async Task<string> FrontierAsync(TestHome home)
    {
        await using var host = await home.StartAsync(null);
        return await FrontierAsync(host);
    }

    private static async Task<string> FrontierAsync(EmbeddedHost host) =>
        JsonSerializer.Serialize(await host.Client.FrontierAsync("killed"), CoreJson.Readable);

    private static async Task<string> TriedAsync(EmbeddedHost host) =>
        JsonSerializer.Serialize((await host.Client.PlanAsync("killed")).Trajectories, CoreJson.Readable);

    private static async Task UntilAsync(Func<bool> holds)
    {
        while (!holds())
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
