using System.Net;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using PruneSearch.Cluster.Hosting;
using PruneSearch.Cluster.TestHost;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;
using PruneSearch.Storage;

namespace PruneSearch.Cluster.Tests;

/// <summary>Whoever wakes searches must not wait for one of them: a search that ends waits for the index.</summary>
public sealed class WakeTests
{
    [Fact]
    public async Task A_search_that_is_busy_keeps_nobody_waiting_who_wakes_all()
    {
        using var home = new TestHome();
        var store = new GatedStore(new FolderCheckpointStore(home.Path), reads: false);
        await using var silo = await StartAsync(home, store);
        await silo.Client.LaunchAsync(Plans.Small("a"));
        await store.Reached.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        await silo.Grains.GetGrain<ISearchIndexGrain>("all").WakeAsync().WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);

        store.Open();
        await foreach (var status in silo.Client.FollowAsync("a", TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken))
        {
            Assert.NotEqual(WorkState.Failed, status.State);
        }
    }

    [Fact]
    public async Task A_search_that_is_busy_answers_who_looks_at_it()
    {
        using var home = new TestHome();
        var store = new GatedStore(new FolderCheckpointStore(home.Path), reads: false);
        await using var silo = await StartAsync(home, store);
        await silo.Client.LaunchAsync(Plans.Small("a"));
        await store.Reached.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken); // it writes its reports, and that takes long

        var grain = silo.Grains.GetGrain<ISearchGrain>("a");
        var timeout = TimeSpan.FromSeconds(10);
        Assert.Equal(WorkState.Running, (await grain.GetSummaryAsync().WaitAsync(timeout, TestContext.Current.CancellationToken))!.State);
        Assert.Equal(5, (await grain.GetStatusAsync(default, 500).WaitAsync(timeout, TestContext.Current.CancellationToken))!.Changed.Count);
        Assert.Equal(5, (await grain.GetPlanAsync().WaitAsync(timeout, TestContext.Current.CancellationToken))!.Trajectories.Count);
        // What is not written is not told.
        Assert.Empty((await grain.GetReportsAsync(0, 500).WaitAsync(timeout, TestContext.Current.CancellationToken))!.Points);
        Assert.Equal("a", Assert.Single(await silo.Client.ListAsync().WaitAsync(timeout, TestContext.Current.CancellationToken)).Id);

        store.Open();
        await foreach (var status in silo.Client.FollowAsync("a", TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken))
        {
            Assert.NotEqual(WorkState.Failed, status.State);
        }
    }

    [Fact]
    public async Task A_search_is_cancelled_before_all_of_its_trajectories_were_started()
    {
        const int Trajectories = 1000;
        using var home = new TestHome();
        var slow = new SlowTrajectories();
        await using var host = await EmbeddedHost.StartAsync(new EmbeddedHostOptions
        {
            Home = home.Path,
            RunSlot = false,
            Timings = TestHome.Quick,
            ConfigureServices = s => s.AddSingleton<IOutgoingGrainCallFilter>(slow),
        });
        await host.Client.LaunchAsync(Plans.Wide("a", Trajectories, 0, stages: 1));
        await slow.Started.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        await host.Client.CancelAsync("a", "enough");

        Assert.InRange(slow.Starts, 1, Trajectories / 2);
        Assert.Equal(WorkState.Cancelled, (await host.Client.SummaryAsync("a")).State);
    }

    /// <summary>Each trajectory takes its time to start.</summary>
    private sealed class SlowTrajectories : IOutgoingGrainCallFilter
    {
        private readonly TaskCompletionSource _started = new();
        private int _starts;

        public Task Started => _started.Task;

        public int Starts => Volatile.Read(ref _starts);

        public async Task Invoke(IOutgoingGrainCallContext context)
        {
            if (context.InterfaceMethod.DeclaringType == typeof(ITrajectoryGrain) && context.InterfaceMethod.Name == nameof(ITrajectoryGrain.StartAsync))
            {
                Interlocked.Increment(ref _starts);
                _started.TrySetResult();
                await Task.Delay(200, CancellationToken.None);
            }
            await context.Invoke();
        }
    }

    private static Task<SiloHost> StartAsync(TestHome home, GatedStore store) => SiloHost.StartAsync(
        new SiloOptions
        {
            Database = $"Data Source={home.File("cluster.db")}",
            Checkpoints = home.Path,
            AdvertisedAddress = IPAddress.Loopback,
            SiloPort = FreePort.Find(),
            GatewayPort = FreePort.Find(),
            Timings = TestHome.Quick,
        },
        services => services.AddSingleton<ICheckpointStore>(store).AddSingleton<IStageRunner>(new StubStageRunner(TimeSpan.Zero)),
        TestContext.Current.CancellationToken);

    /// <summary>Keeps a coordinator waiting while it writes its reports, or reads them.</summary>
    private sealed class GatedStore(ICheckpointStore store, bool reads) : ICheckpointStore
    {
        private readonly TaskCompletionSource _reached = new(), _open = new();

        public Task Reached => _reached.Task;

        public void Open() => _open.SetResult();

        public Task<bool> ExistsAsync(string name, CancellationToken cancellation = default) => store.ExistsAsync(name, cancellation);

        public Task<Stream> OpenReadAsync(string name, CancellationToken cancellation = default) => store.OpenReadAsync(name, cancellation);

        public async Task<bool> PutAsync(
            string name, Func<Stream, CancellationToken, Task> write, PutCondition condition = PutCondition.None, CancellationToken cancellation = default)
        {
            await PassAsync(name, !reads);
            return await store.PutAsync(name, write, condition, cancellation);
        }

        public async IAsyncEnumerable<string> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation = default)
        {
            await PassAsync(prefix, reads);
            await foreach (string name in store.ListAsync(prefix, cancellation))
            {
                yield return name;
            }
        }

        public Task DeleteAsync(string name, CancellationToken cancellation = default) => store.DeleteAsync(name, cancellation);

        private async Task PassAsync(string name, bool gated)
        {
            if (gated && name.StartsWith("searches/", StringComparison.Ordinal))
            {
                _reached.TrySetResult();
                await _open.Task;
            }
        }
    }
}
