using System.Net;
using Microsoft.Extensions.DependencyInjection;
using PruneSearch.Cluster.Hosting;
using PruneSearch.Cluster.TestHost;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Tests;

/// <summary>What slots cost that have nothing to do.</summary>
public sealed class IdleSlotsTests
{
    private const int Slots = 100;

    [Fact]
    public async Task Idle_slots_ask_the_queue_once_in_five_seconds()
    {
        using var home = new TestHome();
        var calls = new Calls();
        await using var silo = await SiloHost.StartAsync(
            new SiloOptions
            {
                Database = $"Data Source={home.File("cluster.db")}",
                Checkpoints = home.Path,
                AdvertisedAddress = IPAddress.Loopback,
                SiloPort = FreePort.Find(),
                GatewayPort = FreePort.Find(),
                Slots = Slots,
            },
            services => services.AddSingleton<IIncomingGrainCallFilter>(calls).AddSingleton<IStageRunner>(new StubStageRunner(TimeSpan.Zero)),
            TestContext.Current.CancellationToken);
        while ((await silo.Client.WorkersAsync()).Count < Slots)
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
        int before = calls.Count;
        await Task.Delay(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);

        double each = (calls.Count - before) / 5.0 / Slots;
        TestContext.Current.TestOutputHelper?.WriteLine($"{each:F2} calls of the queue a slot and second");
        Assert.InRange(each, 0.01, 0.5); // 0.2 when this was written; 2.5 when claims did not wait
    }

    private sealed class Calls : IIncomingGrainCallFilter
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public Task Invoke(IIncomingGrainCallContext context)
        {
            if (context.Grain is IDispatcherGrain)
            {
                Interlocked.Increment(ref _count);
            }
            return context.Invoke();
        }
    }
}
