using PruneSearch.Cluster.TestHost;
using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;

namespace PruneSearch.Cluster.Tests;

/// <summary>Reports are appended once, shown page by page and streamed as they come.</summary>
public sealed class ReportTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_follower_gets_every_report_once_while_the_search_runs()
    {
        using var home = new TestHome();
        await using var host = await home.StartAsync(new StubStageRunner(TimeSpan.FromMilliseconds(150)));
        var plan = Plans.Small("a");
        await host.Client.LaunchAsync(plan);
        var seen = new List<FrontierPoint>();
        bool early = false;
        await foreach (var point in host.Client.FollowReportsAsync("a", Interval, cancellation: Cancellation))
        {
            seen.Add(point);
            early |= !(await host.Client.SummaryAsync("a")).State.IsOver();
        }

        Assert.Equal(plan.Keys().OrderBy(k => k.ToString()), seen.Select(p => p.Report.Key).OrderBy(k => k.ToString()));
        Assert.True(early, "reports came only after the end");
        var parents = seen.Select(p => p.Report.Key).ToList();
        Assert.All(seen.Where(p => p.Parent is not null), p => Assert.Contains(p.Parent.GetValueOrDefault(), parents.TakeWhile(k => k != p.Report.Key)));
        var view = await host.Client.FrontierAsync("a");
        var whole = FrontierPoints.View("a", plan.Name, plan.Objectives, seen);
        Assert.Equal(whole.Points.Select(p => (p.Report.Key, p.OnFrontier)), view.Points.Select(p => (p.Report.Key, p.OnFrontier)));
    }

    [Fact]
    public async Task Positions_stay_after_a_restart_and_pages_are_complete()
    {
        using var home = new TestHome();
        var plan = Plans.Wide("wide", 8, 0);
        StageKey[] before;
        await using (var host = await home.StartAsync(new StubStageRunner(TimeSpan.Zero)))
        {
            await host.RunAsync(plan);
            before = await KeysAsync(host, "wide", 500);
            int segments = (await host.Store.ListAsync(CheckpointNames.Reports("wide"), Cancellation).ToListAsync(Cancellation)).Count;
            Assert.InRange(segments, 1, before.Length - 1); // several reports in one write
        }
        await using var again = await home.StartAsync(null);

        Assert.Equal(plan.Keys().OrderBy(k => k.ToString()), before.OrderBy(k => k.ToString()));
        Assert.Equal(before, await KeysAsync(again, "wide", 500));
        Assert.Equal(before, await KeysAsync(again, "wide", 7));
        Assert.Empty((await again.Client.ReportsAsync("wide", 1000)).Points);
        await Assert.ThrowsAsync<KeyNotFoundException>(() => again.Client.ReportsAsync("nowhere", 0));
        Assert.Equal(before.Length, (await again.Client.SummaryAsync("wide")).CompletedStages);
    }

    [Fact]
    public async Task A_log_that_lacks_reports_is_completed_from_the_stages()
    {
        using var home = new TestHome();
        var plan = Plans.Small("a");
        await using (var host = await home.StartAsync(new StubStageRunner(TimeSpan.Zero)))
        {
            await host.RunAsync(plan);
            await foreach (string name in host.Store.ListAsync(CheckpointNames.Reports("a"), Cancellation))
            {
                await host.Store.DeleteAsync(name, Cancellation);
            }
        }
        await using var again = await home.StartAsync(null);

        Assert.Equal(plan.Keys().OrderBy(k => k.ToString()), (await KeysAsync(again, "a", 500)).OrderBy(k => k.ToString()));
        Assert.Equal(WorkState.Completed, (await again.Client.StatusAsync("a")).State);
        Assert.Single(await again.Store.ListAsync(CheckpointNames.Reports("a"), Cancellation).ToListAsync(Cancellation));
    }

    [Fact]
    public async Task The_summary_tells_the_volume_of_the_frontier()
    {
        using var home = new TestHome();
        await using var host = await home.StartAsync(new StubStageRunner(TimeSpan.Zero));
        var plan = Plans.Small("a");
        await host.RunAsync(plan);
        var volume = new FrontierVolume(plan.Objectives);
        foreach (var point in (await host.Client.FrontierAsync("a")).Points)
        {
            volume.Add(point.Report, point.Iteration == 0);
        }

        Assert.InRange(volume.Value, 1e-6, 1);
        Assert.Equal(volume.Value, (await host.Client.SummaryAsync("a")).FrontierVolume, 12);
    }

    private static async Task<StageKey[]> KeysAsync(Hosting.EmbeddedHost host, string id, int limit)
    {
        var keys = new List<StageKey>();
        ReportPage page;
        do
        {
            page = await host.Client.ReportsAsync(id, keys.Count, limit);
            Assert.InRange(page.Points.Count, 0, limit);
            keys.AddRange(page.Points.Select(p => p.Report.Key));
        }
        while (page.Next < page.Total);
        return [.. keys];
    }
}
