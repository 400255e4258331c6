using PruneSearch.Cluster.TestHost;
using PruneSearch.Connections.Cleaning;
using PruneSearch.Connections.Sessions;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;

namespace PruneSearch.Cluster.Tests;

/// <summary>What is freed, and above all what is not.</summary>
public sealed class CleaningTests : IAsyncLifetime
{
    private static readonly TimeSpan Old = TimeSpan.FromDays(-40), Month = TimeSpan.FromDays(30);
    private readonly TestHome _home = new();
    private Cluster.Hosting.EmbeddedHost _host = null!;
    private SearchSession _session = null!;
    private StoreCleaning _cleaning = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await _home.StartAsync(new StubStageRunner(TimeSpan.Zero));
        _session = SearchSession.OnThisMachine(_host.Client, _host.Store, _host);
        _cleaning = new StoreCleaning(_session, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        await _session.DisposeAsync();
        _home.Dispose();
    }

    [Fact]
    public async Task Of_a_search_that_is_over_its_original_and_its_frontier_stay_and_it_shows_what_it_showed()
    {
        await _host.RunAsync(Plans.Small("a"));
        var before = await _session.FrontierAsync("a");
        Assert.Empty((await _cleaning.PlanAsync(Month, KeepRule.None)).Stages); // it is too young
        Age();

        var plan = await _cleaning.PlanAsync(Month, KeepRule.Frontier);
        var kept = before.Points.Where(p => p.OnFrontier).Select(p => p.Report.Key).Append(Plans.Small("a").Keys()[0]).ToHashSet();
        Assert.Equal(Plans.Small("a").Keys().Except(kept).Select(k => k.ToString()).Order(), plan.Stages.Keys.Select(k => k.ToString()).Order());
        Assert.All(plan.Stages.Keys, k => Assert.True(Directory.Exists(Folder(k)), "nothing is deleted before one says so"));
        Assert.True(plan.Bytes > 0 && plan.KeptBytes > 0);

        Assert.Equal(plan.Bytes, await _cleaning.DeleteAsync(plan));

        Assert.All(plan.Stages.Keys, k => Assert.False(File.Exists(Path.Combine(Folder(k), "report.json"))));
        Assert.Equal(before.Points.Select(p => p.Report.Key), (await _session.FrontierAsync("a")).Points.Select(p => p.Report.Key));
        Assert.Empty((await _cleaning.PlanAsync(Month, KeepRule.Frontier)).Stages);
        Assert.Empty((await _cleaning.PlanAsync(Month, KeepRule.All)).Stages);
    }

    [Fact]
    public async Task A_search_that_wants_a_stage_that_went_runs_it_again()
    {
        var runner = new StubStageRunner(TimeSpan.Zero);
        await _host.RunAsync(Plans.Small("a"));
        Age();
        await _cleaning.DeleteAsync(await _cleaning.PlanAsync(Month, KeepRule.None));

        var status = await _host.RunAsync(Plans.Small("b")); // at once: no grain remembers what went
        Assert.Equal(WorkState.Completed, status.State);
        Assert.All(Plans.Small("b").Keys(), k => Assert.True(File.Exists(Path.Combine(Folder(k), "report.json"))));
    }

    [Fact]
    public async Task What_an_unfinished_search_has_stays_and_so_does_what_a_search_has_that_came_after_the_plan_was_made()
    {
        var plan = Plans.Small("a");
        await _host.RunAsync(plan);
        await _host.Client.LaunchAsync(Plans.Small("open", 3) with { DeviceClass = "nobody" });
        string stray = Put(CheckpointNames.Snapshot(Plans.Small("open", 3).Keys()[1], 1, 5));
        string done = Put(CheckpointNames.Snapshot(plan.Keys()[0], 1, 5));
        string pruned = Put(CheckpointNames.Pruned(plan.Trajectories[1].Stages[1].ComputePruningKey()));
        string needed = Put(CheckpointNames.Pruned(Plans.Small("open", 3).Trajectories[1].Stages[1].ComputePruningKey()));
        string picture = Put(CheckpointNames.Picture(new string('a', 64))), manifest = Put(CheckpointNames.Dataset(new string('b', 64)));
        Age();
        var found = await _cleaning.PlanAsync(Month, KeepRule.None);

        Assert.Equal([manifest, picture, pruned, done], found.Others.Select(o => o.Name).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(Plans.Small("open", 3).Keys()[1], found.Stages.Keys);

        var came = Plans.Of("late", 0, [0.4]) with { DeviceClass = "nobody" }; // shares stages with the first one
        await _host.Client.LaunchAsync(came);
        await _cleaning.DeleteAsync(found);

        Assert.True(File.Exists(Path.Combine(_home.Path, stray)) && File.Exists(Path.Combine(_home.Path, needed)));
        Assert.All(came.Keys().Where(plan.Keys().Contains), k => Assert.True(File.Exists(Path.Combine(Folder(k), "report.json"))));
        Assert.All(new[] { done, picture, manifest }, o => Assert.False(File.Exists(Path.Combine(_home.Path, o))));
    }

    [Fact]
    public async Task A_search_that_is_taken_up_again_after_the_plan_was_made_keeps_what_it_has()
    {
        await _host.RunAsync(Plans.Of("other", 5, [0.3]));
        var stopped = Plans.Of("again", 5, [0.3], [0.9]) with { DeviceClass = "nobody" };
        await _host.Client.LaunchAsync(stopped);
        await _host.Client.CancelAsync("again", "to see");
        Age();

        var found = await _cleaning.PlanAsync(Month, KeepRule.None);
        var shared = stopped.Trajectories[1].Stages[1].ComputeKey();
        Assert.Contains(shared, found.Stages.Keys);
        await _host.Client.ResumeAsync("again");
        await _cleaning.DeleteAsync(found);

        Assert.True(File.Exists(Path.Combine(Folder(shared), "report.json")));
    }

    [Fact]
    public async Task A_deleted_search_is_gone_with_its_own_stages_and_leaves_those_that_another_one_has()
    {
        await _host.RunAsync(Plans.Small("a"));
        await _host.RunAsync(Plans.Of("b", 0, [0.4]));
        await _host.Client.LaunchAsync(Plans.Small("open", 3) with { DeviceClass = "nobody" });
        Assert.Contains("'open' is at work", (await Assert.ThrowsAsync<InvalidOperationException>(() => _session.DeleteAsync("open"))).Message,
            StringComparison.Ordinal);
        var own = Plans.Small("a").Keys().ToHashSet();

        await _session.DeleteAsync("a");
        await _session.DeleteAsync("a"); // again: it does no harm

        await Assert.ThrowsAsync<KeyNotFoundException>(() => _session.SummaryAsync("a"));
        Assert.Equal(["b", "open"], (await _session.ListAsync()).Select(s => s.Id));
        Assert.False(Directory.Exists(Path.Combine(_home.Path, "searches", "a", "reports")) && Directory.EnumerateFiles(
            Path.Combine(_home.Path, "searches", "a", "reports")).Any());
        var plan = await _cleaning.PlanAsync(TimeSpan.Zero, KeepRule.All, own);
        Assert.Equal(own.Except(Plans.Of("b", 0, [0.4]).Keys()).Select(k => k.ToString()).Order(), plan.Stages.Keys.Select(k => k.ToString()).Order());
        var sizes = await _cleaning.SizesAsync();
        Assert.True(sizes["b"] > 0 && sizes["open"] == 0);
        Assert.Equal(WorkState.Completed, (await _host.RunAsync(Plans.Small("a"))).State); // it can be launched again
    }

    private string Put(string name)
    {
        string file = Path.Combine(_home.Path, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, "x");
        return name;
    }

    private void Age()
    {
        foreach (string file in new[] { "stages", "prunings", "pictures", "datasets" }.Select(f => Path.Combine(_home.Path, f)).Where(Directory.Exists)
            .SelectMany(f => Directory.EnumerateFiles(f, "*", SearchOption.AllDirectories)))
        {
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow + Old);
        }
    }

    private string Folder(StageKey key) => Path.Combine(_home.Path, CheckpointNames.Stage(key));
}
