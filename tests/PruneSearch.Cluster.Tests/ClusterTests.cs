using System.Net;
using Microsoft.Extensions.DependencyInjection;
using PruneSearch.Cluster.Hosting;
using PruneSearch.Cluster.Persistence;
using PruneSearch.Cluster.Placement;
using PruneSearch.Cluster.TestHost;
using PruneSearch.Connections;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Tests;

/// <summary>Several silos on one database, each of its own role, and a client that finds them.</summary>
public abstract class ClusterTests
{
    private protected abstract Task<string> DatabaseAsync(TestHome home);

    [Fact]
    public async Task Workers_work_and_a_client_launches_follows_and_downloads()
    {
        using var home = new TestHome();
        string database = await DatabaseAsync(home);
        var runner = new StubStageRunner(TimeSpan.FromMilliseconds(20));
        await using var control = await StartAsync(home, database, SiloRole.Control, null);
        await using var first = await StartAsync(home, database, SiloRole.Worker, runner);
        await using var second = await StartAsync(home, database, SiloRole.Worker, runner);
        await using var client = await ClusterClient.ConnectAsync(
            new ClusterAddress { ClusterId = "test", Database = database, Checkpoints = home.Path }, cancellation: TestContext.Current.CancellationToken);
        var plan = Plans.Small("a");

        await client.Searches.LaunchAsync(plan);
        SearchStatus? end = null;
        await foreach (var status in client.Searches.FollowAsync("a", TimeSpan.FromMilliseconds(50), TestContext.Current.CancellationToken))
        {
            end = status;
        }

        Assert.Equal(WorkState.Completed, end!.State);
        Assert.Equal(plan.Keys().Order(), runner.Started.Order());
        Assert.Equal(6, (await client.Searches.FrontierAsync("a")).Points.Count);
    }

    [Fact]
    public async Task A_search_goes_on_by_itself_when_the_whole_cluster_was_restarted()
    {
        using var home = new TestHome();
        string database = await DatabaseAsync(home);
        using var gate = new ManualResetEventSlim();
        var runner = new StubStageRunner(TimeSpan.Zero) { Behaviour = (_, c) => gate.Wait(c) };
        await using (var silo = await StartAsync(home, database, SiloRole.All, runner))
        {
            await silo.Client.LaunchAsync(Plans.Small("a"));
            while (runner.Started.Count == 0)
            {
                await Task.Delay(20, TestContext.Current.CancellationToken);
            }
        }
        gate.Set();

        await using var again = await StartAsync(home, database, SiloRole.All, runner);

        SearchStatus? end = null;
        await foreach (var status in again.Client.FollowAsync("a", TimeSpan.FromMilliseconds(50), TestContext.Current.CancellationToken))
        {
            end = status;
        }
        Assert.Equal(WorkState.Completed, end!.State);
        Assert.Equal(7, runner.Started.Count);
    }

    [Fact]
    public async Task The_script_may_be_applied_again_and_by_many_at_once()
    {
        using var home = new TestHome();
        var database = ClusterDatabase.Parse(await DatabaseAsync(home));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(database.Apply)));
        database.Apply();
    }

    internal static Task<SiloHost> StartAsync(TestHome home, string database, SiloRole role, IStageRunner? runner) => SiloHost.StartAsync(
        new SiloOptions
        {
            Role = role,
            Database = database,
            Checkpoints = home.Path,
            ClusterId = "test",
            Name = $"{role}-{Guid.NewGuid():N}",
            AdvertisedAddress = IPAddress.Loopback,
            SiloPort = FreePort.Find(),
            GatewayPort = FreePort.Find(),
            Timings = TestHome.Quick,
        },
        services => services.AddSingleton(runner ?? new StubStageRunner(TimeSpan.Zero)));
}

/// <summary>All silos on one machine, on a SQLite file.</summary>
public sealed class SqliteClusterTests : ClusterTests
{
    private protected override Task<string> DatabaseAsync(TestHome home)
    {
        Directory.CreateDirectory(home.Path);
        return Task.FromResult($"Data Source={home.File("cluster.db")}");
    }
}
