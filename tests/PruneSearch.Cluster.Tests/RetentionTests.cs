using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using PruneSearch.Cluster.Hosting;
using PruneSearch.Cluster.Retention;
using PruneSearch.Cluster.TestHost;
using PruneSearch.Connections.Cleaning;
using PruneSearch.Connections.Configuration;
using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;

namespace PruneSearch.Cluster.Tests;

/// <summary>What is deleted by itself, in a home and in a cluster, beside searches that run.</summary>
public sealed class RetentionTests
{
    private static readonly ClusterTimings Often = TestHome.Quick with { Retention = TimeSpan.FromSeconds(3) };
    private readonly SearchPlan _over = Plans.Small("over"), _open = Plans.Of("open", 0, [0.4], [0.2, 0.4, 0.6, 0.7]);

    [Fact]
    public async Task Of_all_silos_one_takes_a_turn_until_the_pause_is_over()
    {
        var (time, pause) = (new FakeTimeProvider(), TimeSpan.FromHours(1));
        var grain = new RetentionGrain(time);

        Assert.True(await grain.TakeTurnAsync(pause));
        time.Advance(pause - TimeSpan.FromSeconds(1));
        Assert.False(await grain.TakeTurnAsync(pause));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(await grain.TakeTurnAsync(pause));
    }

    [Fact]
    public async Task A_home_deletes_nothing_unless_its_settings_say_so_and_then_what_no_search_needs()
    {
        using var home = new TestHome();
        await using (var host = await home.StartAsync(new StubStageRunner(TimeSpan.Zero), Often))
        {
            await host.RunAsync(_over);
            await Task.Delay(500, TestContext.Current.CancellationToken);
        }
        Assert.All(_over.Keys(), k => Assert.True(HasReport(home.Path, k)));
        await File.WriteAllTextAsync(Path.Combine(home.Path, RetentionRule.HomeFile), "retention: 0h\n", TestContext.Current.CancellationToken);

        await using (var host = await home.StartAsync(new StubStageRunner(TimeSpan.Zero), Often))
        {
            await KeepsAsync(home.Path, Frontier(await host.Client.FrontierAsync("over")));
            Assert.Equal(6, (await host.Client.FrontierAsync("over")).Points.Count);
        }

        await File.WriteAllTextAsync(Path.Combine(home.Path, RetentionRule.HomeFile), "retention: soon\n", TestContext.Current.CancellationToken);
        var wrong = await Assert.ThrowsAsync<SettingsException>(() => home.StartAsync(new StubStageRunner(TimeSpan.Zero), Often));
        Assert.Contains("'soon' is not right, expected hours or days as in 12h or 30d", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cluster_of_two_silos_deletes_beside_a_search_that_runs_and_keeps_what_that_needs()
    {
        using var home = new TestHome();
        string database = $"Data Source={home.File("cluster.db")}";
        using var gate = new ManualResetEventSlim();
        var last = _open.Trajectories[^1].Keys[^1];
        var runner = new StubStageRunner(TimeSpan.Zero) { Behaviour = (job, c) => (job.Key == last ? gate : null)?.Wait(c) };
        await using var first = await StartAsync(home, database, runner);
        await using var second = await StartAsync(home, database, runner);
        await first.Client.LaunchAsync(_open);
        await first.Client.LaunchAsync(_over);
        while (!(await first.Client.SummaryAsync("over")).State.IsOver() || (await first.Client.SummaryAsync("open")).CompletedStages < 5)
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        // What the open search has, and of the other one its frontier.
        await KeepsAsync(home.Path, [.. Frontier(await first.Client.FrontierAsync("over")), .. _open.Keys().Except([last])]);

        Assert.Equal(WorkState.Running, (await first.Client.SummaryAsync("open")).State);
        gate.Set();
        while (!(await first.Client.SummaryAsync("open")).State.IsOver())
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
        Assert.Equal(WorkState.Completed, (await first.Client.SummaryAsync("open")).State);
    }

    // The original is always kept.
    private IEnumerable<StageKey> Frontier(FrontierView view) => view.Points.Where(p => p.OnFrontier).Select(p => p.Report.Key).Append(_over.Keys()[0]);

    private async Task KeepsAsync(string store, IEnumerable<StageKey> expected)
    {
        var all = _over.Keys().Concat(_open.Keys()).Distinct().ToList();
        string[] keys = [.. expected.Distinct().Select(k => k.ToString()).Order(StringComparer.Ordinal)];
        Assert.NotEqual(all.Count, keys.Length);
        string[] there = [];
        for (int i = 0; i < 300 && !keys.SequenceEqual(there); i++)
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
            there = [.. all.Where(k => HasReport(store, k)).Select(k => k.ToString()).Order(StringComparer.Ordinal)];
        }
        Assert.Equal(keys, there);
    }

    private static bool HasReport(string store, StageKey key) => File.Exists(Path.Combine(store, CheckpointNames.Report(key)));

    private static Task<SiloHost> StartAsync(TestHome home, string database, StubStageRunner runner) => SiloHost.StartAsync(
        new SiloOptions
        {
            Database = database,
            Checkpoints = home.Path,
            ClusterId = "test",
            Name = Guid.NewGuid().ToString("N"),
            AdvertisedAddress = IPAddress.Loopback,
            SiloPort = FreePort.Find(),
            GatewayPort = FreePort.Find(),
            Timings = Often,
            Retention = new RetentionRule(TimeSpan.Zero, KeepRule.Frontier),
        },
        s => s.AddSingleton<IStageRunner>(runner),
        TestContext.Current.CancellationToken);
}
