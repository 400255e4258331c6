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
    public async Task A_launch_is_answered_once_its_plan_is_stored_and_whoever_asks_for_the_search_waits_until_it_is_opened()
    {
        using var home = new TestHome();
        var store = new GatedStore(new FolderCheckpointStore(home.Path), reads: true);
        await using var silo = await StartAsync(home, store);
        await silo.Client.LaunchAsync(Plans.Small("a")).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        await store.Reached.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        var asked = silo.Client.SummaryAsync("a");
        await Task.Delay(100, TestContext.Current.CancellationToken);
        Assert.False(asked.IsCompleted);
        store.Open();
        Assert.Equal(WorkState.Running, (await asked).State);
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
