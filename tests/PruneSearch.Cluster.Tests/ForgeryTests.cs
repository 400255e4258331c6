using PruneSearch.Cluster.Searches;
using PruneSearch.Cluster.Stages;
using PruneSearch.Cluster.TestHost;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Tests;

/// <summary>What a client can say that holds no lease: nothing that anybody believes.</summary>
public sealed class ForgeryTests
{
    private static readonly SearchPlan Plan = Plans.Small("a");
    private static readonly string Base = Plan.Keys()[0];
    private static readonly StageProgress Progress = new() { Part = "fine-tune", Step = 7 };

    public static TheoryData<string> Forgers => ["no lease", "epoch 0", "another epoch", "another worker", "another secret"];

    [Fact]
    public async Task Nobody_completes_a_stage_that_was_never_given_away()
    {
        using var home = new TestHome();
        await using var host = await home.StartAsync(null);
        var stage = host.Grains.GetGrain<IStageGrain>(Base);

        LeaseTicket[] forged = [default, new(0, "", Guid.Empty), new(0, "w", Guid.NewGuid()), new(1, "w", Guid.NewGuid())];
        foreach (var ticket in forged)
        {
            Assert.False(await stage.CompleteAsync(ticket, Forged(Base)));
            Assert.False(await stage.RenewAsync(ticket, Progress));
        }
        Assert.Equal(WorkState.Waiting, (await stage.GetStatusAsync()).State);
        Assert.Null(await host.Store.TryReadReportAsync(Base));
    }

    [Theory]
    [MemberData(nameof(Forgers))]
    public async Task Every_call_of_a_worker_needs_the_lease_that_was_given(string forger)
    {
        using var home = new TestHome();
        await using var host = await home.StartAsync(null);
        await host.Client.LaunchAsync(Plan);
        var lease = await LeaseTests.ClaimAsync(host.Grains.GetGrain<IDispatcherGrain>("cpu"), "honest");
        var stage = host.Grains.GetGrain<IStageGrain>(lease.Key);
        var ticket = forger switch
        {
            "no lease" => default,
            "epoch 0" => lease.Ticket with { Epoch = 0 },
            "another epoch" => lease.Ticket with { Epoch = lease.Epoch + 1 },
            "another worker" => lease.Ticket with { Worker = "forger" },
            _ => lease.Ticket with { Secret = Guid.NewGuid() },
        };

        Assert.False(await stage.CompleteAsync(ticket, Forged(lease.Key)));
        Assert.False(await stage.RenewAsync(ticket, Progress));
        await stage.FailAsync(ticket, new AttemptFailure { Kind = FailureKind.Final, Reason = "forged" });
        await stage.RefuseAsync(ticket, "forged");
        await stage.DiedAsync(ticket, "forged");
        await stage.ReturnAsync(ticket);

        var status = await stage.GetStatusAsync();
        Assert.Equal((WorkState.Running, null, null, 1), (status.State, status.Reason, status.Progress, status.Attempts));
        Assert.True(await stage.CompleteAsync(lease.Ticket, StubStageRunner.Report(lease.Key)));
    }

    [Fact]
    public async Task A_report_of_another_stage_is_refused_from_whoever_holds_the_lease()
    {
        using var home = new TestHome();
        await using var host = await home.StartAsync(null);
        await host.Client.LaunchAsync(Plan);
        var lease = await LeaseTests.ClaimAsync(host.Grains.GetGrain<IDispatcherGrain>("cpu"), "w");

        var e = await Assert.ThrowsAsync<ArgumentException>(
            () => host.Grains.GetGrain<IStageGrain>(lease.Key).CompleteAsync(lease.Ticket, Forged(Plan.Keys()[1])));

        Assert.Contains(Plan.Keys()[1], e.Message, StringComparison.Ordinal);
        Assert.Null(await host.Store.TryReadReportAsync(lease.Key));
        Assert.Null(await host.Store.TryReadReportAsync(Plan.Keys()[1]));
    }

    [Fact]
    public async Task A_lease_that_was_given_up_says_nothing_any_more()
    {
        using var home = new TestHome();
        await using var host = await home.StartAsync(null);
        await host.Client.LaunchAsync(Plan);
        var lease = await LeaseTests.ClaimAsync(host.Grains.GetGrain<IDispatcherGrain>("cpu"), "w");
        var stage = host.Grains.GetGrain<IStageGrain>(lease.Key);
        var failure = new AttemptFailure { Kind = FailureKind.Stage, Reason = "bad luck" };

        await stage.FailAsync(lease.Ticket, failure);
        await stage.FailAsync(lease.Ticket, failure); // told again because the first answer was lost
        await stage.FailAsync(lease.Ticket, failure);

        Assert.Equal((WorkState.Waiting, 1), ((await stage.GetStatusAsync()).State, (await stage.GetStatusAsync()).Attempts));
        Assert.False(await stage.RenewAsync(lease.Ticket, Progress));
        Assert.False(await stage.CompleteAsync(lease.Ticket, Forged(lease.Key)));
    }

    [Fact]
    public async Task A_stage_runs_only_what_its_key_says()
    {
        using var home = new TestHome();
        await using var host = await home.StartAsync(null);
        var other = Plan.Trajectories[1].Stages[1];

        var e = await Assert.ThrowsAsync<ArgumentException>(() => host.Grains.GetGrain<IStageGrain>(Base).RequestAsync("a/x", other, "cpu", 1, false, null));

        Assert.Contains(other.ComputeKey(), e.Message, StringComparison.Ordinal);
        Assert.Null(await host.Grains.GetGrain<IDispatcherGrain>("cpu").ClaimAsync("w"));
    }

    [Fact]
    public async Task A_stage_runs_only_for_a_trajectory_that_says_itself_that_it_waits_for_it()
    {
        using var home = new TestHome();
        await using var host = await home.StartAsync(null);
        await host.Client.LaunchAsync(Plan);
        var dispatcher = host.Grains.GetGrain<IDispatcherGrain>("cpu");
        var lease = await LeaseTests.ClaimAsync(dispatcher, "w");
        var foreign = Plans.Small("b", seed: 1).Trajectories[0].Stages[0];

        foreach (string name in new[] { "b/base", "a/nobody", "nobody" })
        {
            await host.Grains.GetGrain<IStageGrain>(foreign.ComputeKey()).RequestAsync(name, foreign, "cpu", 1, false, null);
            Assert.Null(await dispatcher.ClaimAsync("w"));
        }
        foreach (var trajectory in Plan.Trajectories)
        {
            await host.Grains.GetGrain<IStageGrain>(lease.Key).ReleaseAsync($"a/{trajectory.Name}"); // they still wait
        }
        Assert.True(await host.Grains.GetGrain<IStageGrain>(lease.Key).RenewAsync(lease.Ticket, Progress));
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("stage")]
    [InlineData("ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789")]
    public async Task What_is_no_key_of_a_stage_is_refused(string key)
    {
        using var home = new TestHome();
        await using var host = await home.StartAsync(null);
        var dispatcher = host.Grains.GetGrain<IDispatcherGrain>("cpu");

        await Assert.ThrowsAsync<ArgumentException>(() => host.Grains.GetGrain<IStageGrain>(key).GetStatusAsync());
        await Assert.ThrowsAsync<ArgumentException>(() => dispatcher.EnqueueAsync(key, 1));
        await Assert.ThrowsAsync<ArgumentException>(() => dispatcher.DeclinedAsync(key, "w", "forged"));
    }

    [Fact]
    public async Task Messages_to_a_search_make_nobody_believe_anything()
    {
        using var home = new TestHome();
        await using var host = await home.StartAsync(null);
        await host.Client.LaunchAsync(Plan);
        var search = host.Grains.GetGrain<ISearchGrain>("a");
        await host.UntilAsync("a", s => s.Trajectories.Count == 5);
        var foreign = StubStageRunner.Report(Plans.Small("b", seed: 1).Keys()[0]);
        await host.Store.PublishReportAsync(foreign); // complete, but none of this search

        await search.ReportAsync(Base); // has not run
        await search.ReportAsync(foreign.Key);
        await search.ReportAsync("nothing");
        foreach (string name in new[] { "nobody", Plan.Trajectories[1].Name })
        {
            await search.TrajectoryFailedAsync(name);
            await host.Grains.GetGrain<ITrajectoryGrain>($"a/{Plan.Trajectories[1].Name}").StageEndedAsync(Base);
        }

        Assert.Empty((await host.Client.FrontierAsync("a")).Points);
        var status = await host.Client.StatusAsync("a");
        Assert.Equal(WorkState.Running, status.State);
        Assert.All(status.Trajectories, t => Assert.Equal((WorkState.Waiting, 0), (t.State, t.CompletedStages)));
    }

    [Fact]
    public async Task A_search_has_its_own_plan_and_a_trajectory_that_of_its_search()
    {
        using var home = new TestHome();
        await using var host = await home.StartAsync(null);

        await Assert.ThrowsAsync<ArgumentException>(() => host.Grains.GetGrain<ISearchGrain>("b").LaunchAsync(Plan));
        Assert.Null(await host.Grains.GetGrain<ISearchGrain>("b").GetSummaryAsync());
        foreach (string key in new[] { "a/base", "nobody", "nobody/" })
        {
            await Assert.ThrowsAsync<KeyNotFoundException>(() => host.Grains.GetGrain<ITrajectoryGrain>(key).StartAsync(retryFailed: true));
        }
        await host.Client.LaunchAsync(Plan);
        await Assert.ThrowsAsync<KeyNotFoundException>(() => host.Grains.GetGrain<ITrajectoryGrain>("a/nobody").StartAsync(retryFailed: true));
    }

    [Fact]
    public async Task The_index_lists_what_exists_and_forgets_what_was_deleted()
    {
        using var home = new TestHome();
        await using (var host = await home.StartAsync(null))
        {
            await host.Client.LaunchAsync(Plans.Small("first"));
            await host.Client.LaunchAsync(Plans.Small("second", seed: 1));
            var index = host.Grains.GetGrain<ISearchIndexGrain>("all");
            await index.UpdateAsync("forged");
            await index.UpdateAsync("../first");
            await index.UpdateAsync("first");

            Assert.Equal(["first", "second"], await index.ListAsync());
        }
        using (var database = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={System.IO.Path.Combine(home.Path, "state.db")}"))
        {
            database.Open();
            using var delete = database.CreateCommand();
            delete.CommandText = "DELETE FROM OrleansStorage WHERE GrainIdExtensionString = 'first' AND GrainTypeString = 'search'";
            Assert.Equal(1, delete.ExecuteNonQuery());
        }
        await using var again = await home.StartAsync(null);

        Assert.Equal("second", Assert.Single(await again.Client.ListAsync()).Id);
        Assert.Equal(["second"], await again.Grains.GetGrain<ISearchIndexGrain>("all").ListAsync());
    }

    [Fact]
    public async Task Asking_about_what_there_is_not_stores_nothing()
    {
        using var home = new TestHome();
        await using (var host = await home.StartAsync(null))
        {
            var stage = host.Grains.GetGrain<IStageGrain>(Base);
            await stage.ReleaseAsync("a/base");
            Assert.Null(await stage.LeaseAsync("w"));
            Assert.Null(await host.Grains.GetGrain<ISearchGrain>("nobody").GetSummaryAsync());
            await host.Grains.GetGrain<ISearchGrain>("nobody").WakeAsync();
            await host.Grains.GetGrain<ITrajectoryGrain>("nobody/base").CancelAsync([Base]);
            await host.Grains.GetGrain<ISearchIndexGrain>("all").UpdateAsync("nobody");
        }

        using var database = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={System.IO.Path.Combine(home.Path, "state.db")}");
        database.Open();
        using var count = database.CreateCommand();
        count.CommandText = "SELECT count(*) FROM OrleansStorage";
        Assert.Equal(0L, count.ExecuteScalar());
    }

    private static StageReport Forged(string key) => StubStageRunner.Report(key) with { Map50 = 0.999, Map = 0.999 };
}
