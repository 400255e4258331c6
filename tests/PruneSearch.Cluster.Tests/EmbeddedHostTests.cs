using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;
using PruneSearch.Cluster.Hosting;
using PruneSearch.Cluster.Persistence;
using PruneSearch.Cluster.Progress;
using PruneSearch.Cluster.TestHost;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Tests;

public sealed class EmbeddedHostTests
{
    [Fact]
    public async Task Searches_are_there_after_a_restart()
    {
        using var home = new TestHome();
        var runner = new StubStageRunner(TimeSpan.Zero);
        await using (var host = await home.StartAsync(runner))
        {
            await host.RunAsync(Plans.Small("a"));
        }
        await using var again = await home.StartAsync(runner);
        var status = Assert.Single(await again.Client.ListAsync());
        Assert.Equal(("a", "search a", WorkState.Completed, Plans.Created), (status.Id, status.Name, status.State, status.Created));
        Assert.Equal((5, 5, 0, 6, 6), (status.Trajectories, status.Completed, status.Failed, status.Stages, status.CompletedStages));
        Assert.All((await again.Client.StatusAsync("a")).Trajectories, t => Assert.Equal(t.Stages, t.CompletedStages));
        await again.Client.ResumeAsync("a");
        Assert.Equal(WorkState.Completed, (await again.EndAsync("a")).State);
        Assert.Equal(6, runner.Started.Count);
    }

    [Fact]
    public async Task A_search_of_an_earlier_version_is_listed_and_refused_in_one_line_and_others_go_on()
    {
        using var home = new TestHome();
        IServiceProvider? silo = null;
        var runner = new StubStageRunner(TimeSpan.Zero);
        await using (var host = await EmbeddedHost.StartAsync(new EmbeddedHostOptions
        {
            Home = home.Path,
            Timings = TestHome.Quick,
            ConfigureServices = s => s.AddSingleton<IStageRunner>(services => (silo = services, runner).runner),
        }))
        {
            Assert.Equal(WorkState.Completed, (await host.RunAsync(Plans.Small("first"))).State);
            var plan = Plans.Small("old");
            var old = plan with { Trajectories = [.. plan.Trajectories.Select(t => t with { Stages = [.. t.Stages.Select(AsFormat1)] })] };
            Assert.Contains("another version", Assert.Throws<ArgumentException>(() => SearchPlanValidator.Require(old, "old")).Message,
                StringComparison.Ordinal);
            var storage = silo!.GetRequiredService<IGrainStorage>();
            var grains = silo!.GetRequiredService<IGrainFactory>();
            var grain = grains.GetGrain<ISearchGrain>("old").GetGrainId();
            await storage.WriteStateAsync("search", grain, new GrainState<SearchRecord>(new SearchRecord { Plan = old }));
            await storage.WriteStateAsync("progress", grain, new GrainState<SearchProgress>(new SearchProgress { State = WorkState.Running }));
            await grains.GetGrain<ISearchIndexGrain>("all").UpdateAsync("old"); // a search that nobody asked before: it reads what was stored
        }
        await using var again = await home.StartAsync(runner);
        var listed = Assert.Single(await again.Client.ListAsync(), s => s.Id == "old");
        Assert.Equal(("old", WorkState.Failed), (listed.Id, listed.State));
        Assert.Contains("earlier version", listed.Reason, StringComparison.Ordinal);
        foreach (var ask in new Func<Task>[]
        {
            () => again.Client.StatusAsync("old"),
            () => again.Client.ResumeAsync("old"),
            () => again.Client.CancelAsync("old", "no reason"),
            () => again.Client.PlanAsync("old"),
            () => again.Client.LaunchAsync(Plans.Small("old")),
        })
        {
            var error = await Assert.ThrowsAsync<ClusterException>(ask);
            Assert.Equal("Search 'old' was launched by an earlier version of PruneSearch and cannot be read: run its file again.", error.Message);
        }
        Assert.Equal(WorkState.Completed, (await again.RunAsync(Plans.Small("new"))).State);
    }

    private static StageDescription AsFormat1(StageDescription stage) =>
        stage with { Base = stage.Base is { } b ? b with { Detector = b.Detector with { Format = 1, Options = null! } } : null };

    [Fact]
    public async Task Finished_stages_answer_without_any_grain_state()
    {
        using var home = new TestHome();
        var runner = new StubStageRunner(TimeSpan.Zero);
        await using (var host = await home.StartAsync(runner))
        {
            await host.RunAsync(Plans.Small("a"));
        }
        foreach (string file in Directory.GetFiles(home.Path, "state.db*"))
        {
            File.Delete(file);
        }
        await using var again = await home.StartAsync(runner);
        Assert.Empty(await again.Client.ListAsync());
        Assert.Equal(WorkState.Completed, (await again.RunAsync(Plans.Small("a"))).State);
        Assert.Equal(6, runner.Started.Count);
    }

    [Fact]
    public async Task Disposing_cancels_the_running_stage_and_gives_it_back()
    {
        using var home = new TestHome();
        int cancelled = 0;
        var blocking = new StubStageRunner(TimeSpan.Zero)
        {
            Behaviour = (_, c) =>
            {
                c.WaitHandle.WaitOne();
                cancelled++;
                c.ThrowIfCancellationRequested();
            },
        };
        for (int i = 0; i < 4; i++) // more often than a stage may be attempted
        {
            await using var host = await home.StartAsync(blocking);
            await host.Client.LaunchAsync(Plans.Small("a"));
            await host.Client.ResumeAsync("a");
            await host.UntilAsync("a", s => s.Trajectories[0].State == WorkState.Running);
        }
        Assert.Equal(4, cancelled);
        await using var last = await home.StartAsync(new StubStageRunner(TimeSpan.Zero));
        await last.Client.ResumeAsync("a");
        Assert.Equal(WorkState.Completed, (await last.EndAsync("a")).State);
    }

    [Fact]
    public async Task A_home_that_cannot_be_written_is_refused_with_its_name()
    {
        using var home = new TestHome();
        await File.WriteAllTextAsync(home.Path, "a file stands here", TestContext.Current.CancellationToken);
        var e = await Assert.ThrowsAsync<IOException>(() => home.StartAsync(null));
        Assert.Contains($"Folder {home.Path} is not writable", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_home_in_use_is_refused_and_free_again_after_disposal()
    {
        using var home = new TestHome();
        await using (var host = await home.StartAsync(new StubStageRunner(TimeSpan.Zero)))
        {
            var e = await Assert.ThrowsAsync<HomeInUseException>(() => home.StartAsync(new StubStageRunner(TimeSpan.Zero)));
            Assert.Equal(Environment.ProcessId, e.ProcessId);
        }
        await using var again = await home.StartAsync(null);
        Assert.Empty(await again.Client.ListAsync());
    }

    [Fact]
    public async Task Asking_about_a_folder_that_is_not_there_makes_none()
    {
        using var home = new TestHome();
        await Assert.ThrowsAsync<DirectoryNotFoundException>(() => SearchConnection.OpenAsync(home.Path, TestContext.Current.CancellationToken));
        Assert.False(Directory.Exists(home.Path));
    }

    [Fact]
    public void A_damaged_database_is_refused_with_its_path()
    {
        using var home = new TestHome();
        string path = home.File("state.db");
        File.WriteAllBytes(path, new byte[5000]);
        Assert.Contains(path, Assert.Throws<IOException>(() => SqliteSchema.Apply(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Timings_that_cannot_work_are_refused()
    {
        var e = Assert.Throws<ArgumentException>(() => new ClusterTimings { LeaseTimeToLive = TimeSpan.FromSeconds(1) }.Validate());
        Assert.Contains("LeaseTimeToLive", e.Message, StringComparison.Ordinal);
    }
}
