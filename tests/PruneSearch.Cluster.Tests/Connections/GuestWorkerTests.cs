using System.Diagnostics;
using System.Text.RegularExpressions;
using PruneSearch.Cluster.Hosting;
using PruneSearch.Cluster.Placement;
using PruneSearch.Cluster.TestHost;
using PruneSearch.Connections;
using PruneSearch.Connections.Certificates;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Tests.Connections;

/// <summary>Workers that are no silos: what they do, and what they cannot do.</summary>
public sealed class GuestWorkerTests(GuardedCluster cluster) : IClassFixture<GuardedCluster>
{
    [Fact]
    public async Task Workers_that_are_guests_run_a_search_to_its_end_and_are_seen()
    {
        var runner = new StubStageRunner(TimeSpan.Zero);
        await using var one = await cluster.StartWorkerAsync("worker-1", runner);
        await using var two = await cluster.StartWorkerAsync("worker-2", runner);
        await using var client = await ClusterClient.ConnectAsync(
            cluster.Address(CertificateRole.Operator, "alice"), cancellation: TestContext.Current.CancellationToken);

        await client.Searches.LaunchAsync(Plans.Small("guests"));

        var last = await EndAsync(client, "guests");
        Assert.Equal(WorkState.Completed, last.State);
        var workers = await client.Searches.WorkersAsync();
        Assert.Superset(new HashSet<string>(["worker-1", "worker-2"]), workers.Select(w => w.Slot.Worker).ToHashSet());

        // What Prometheus reads of it. Gauges belong to the process, in which other clusters run meanwhile, and go when one of those ends: MetricsTests
        // knows their values, and here the slots are looked for until they have been counted again.
        const string slots = "(?m)^prunesearch_slots\\{.*prunesearch_device_class=\"cpu\".*\\} \\d";
        string metrics = await cluster.MetricsAsync();
        for (var clock = Stopwatch.StartNew(); !Regex.IsMatch(metrics, slots) && clock.Elapsed < TimeSpan.FromSeconds(30);)
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
            metrics = await cluster.MetricsAsync();
        }
        Assert.Matches(slots, metrics);
        Assert.Matches("(?m)^prunesearch_stages_total\\{.*prunesearch_stage_outcome=\"completed\".*\\} [1-9]", metrics);
        Assert.Matches("(?m)^prunesearch_checkpoint_duration_seconds_bucket\\{.*le=\"0.001\".*\\} ", metrics);
    }

    [Fact]
    public async Task A_worker_completes_no_stage_of_another_one()
    {
        var rogue = await cluster.ConnectAsync(CertificateRole.Worker, "rogue");
        var honest = await cluster.ConnectAsync(CertificateRole.Worker, "honest");
        await using var client = await ClusterClient.ConnectAsync(
            cluster.Address(CertificateRole.Operator, "alice"), cancellation: TestContext.Current.CancellationToken);
        var plan = Plans.Small("stolen", seed: 7);
        plan = plan with { DeviceClass = "stolen" };
        await client.Searches.LaunchAsync(plan);
        StageLease? lease = null;
        while (lease is null)
        {
            lease = await honest.GetGrain<IDispatcherGrain>("stolen").ClaimAsync("honest");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
        var stage = rogue.GetGrain<IStageGrain>(lease.Key);
        var report = StubStageRunner.Report(lease.Key);

        // In the other one's name, even with its secret; in its own name, with a lease that it never had.
        Assert.True(RightsTests.IsRefusal(await Record.ExceptionAsync(() => stage.CompleteAsync(lease.Ticket, report))));
        var evil = new AttemptFailure { Kind = FailureKind.Final, Reason = "evil" };
        Assert.True(RightsTests.IsRefusal(await Record.ExceptionAsync(() => stage.FailAsync(lease.Ticket, evil))));
        Assert.True(RightsTests.IsRefusal(await Record.ExceptionAsync(() => rogue.GetGrain<IDispatcherGrain>("stolen").ClaimAsync("honest"))));
        Assert.False(await stage.CompleteAsync(lease.Ticket with { Worker = "rogue" }, report));
        Assert.Equal(1, await cluster.LoggedAsync("worker rogue may not call IStageGrain.CompleteAsync: that was said in the name of worker 'honest'"));
        SearchStatus seen;
        do
        {
            seen = await client.Searches.StatusAsync("stolen");
        }
        while (seen.Trajectories[0].Worker is null);
        Assert.Equal("honest", seen.Trajectories[0].Worker); // and who looks sees who has it
        Assert.True(await honest.GetGrain<IStageGrain>(lease.Key).CompleteAsync(lease.Ticket, report));
        const string Measured = "prunesearch_search_id=\"stolen\"";
        Assert.Contains(Measured, await cluster.MetricsAsync(), StringComparison.Ordinal);
        await client.Searches.CancelAsync("stolen", "tried");
        await Task.Delay(500, TestContext.Current.CancellationToken); // an answer is good for 300 ms
        Assert.DoesNotContain(Measured, await cluster.MetricsAsync(), StringComparison.Ordinal); // it is over
    }

    [Theory]
    [InlineData(SiloRole.All, "worker-1", "'certificate' is of worker 'worker-1', and with it a process cannot be a silo")]
    [InlineData(SiloRole.Worker, "worker-2", "and the process is called 'worker-2': expected 'worker-1' or 'worker-1-…'")]
    public async Task A_certificate_of_a_worker_is_for_that_worker(SiloRole role, string name, string expected)
    {
        await RefusedAsync(role, name, CertificateRole.Worker, expected);
    }

    [Theory]
    [InlineData(CertificateRole.Silo, "'certificate' is of silo 'worker-1', and a process that measures has a worker's")]
    [InlineData(CertificateRole.Operator, "'certificate' is of operator 'worker-1', expected one of a silo or a worker")]
    public Task A_process_that_measures_has_the_rights_of_a_worker_at_most(CertificateRole role, string expected) =>
        RefusedAsync(SiloRole.Measure, "worker-1", role, expected);

    private async Task RefusedAsync(SiloRole role, string name, CertificateRole owner, string expected)
    {
        var options = new SiloOptions { Role = role, Name = name, Checkpoints = "x", Tls = cluster.Tls(owner, "worker-1") };
        Assert.Contains(expected, (await Assert.ThrowsAsync<ArgumentException>(() => SiloHost.StartAsync(options))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_cannot_be_what_it_says_but_what_its_certificate_says()
    {
        // It calls itself an operator, and every message comes from one, as far as it says so itself.
        var boss = new CertificateOwner(CertificateRole.Operator, "boss");
        var forger = await cluster.ConnectAsync(CertificateRole.Viewer, "forger", client => Forgery.As(client, boss));

        var error = await Assert.ThrowsAsync<ClusterException>(() => forger.GetGrain<ISearchIndexGrain>("all").ListAsync());

        Assert.Contains("a client without a certificate", error.Message, StringComparison.Ordinal);
    }

    private static async Task<SearchSummary> EndAsync(ClusterClient client, string id)
    {
        await foreach (var _ in client.Searches.FollowAsync(id, TimeSpan.FromMilliseconds(50), TestContext.Current.CancellationToken))
        {
        }
        return await client.Searches.SummaryAsync(id);
    }
}
