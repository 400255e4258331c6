using Microsoft.Extensions.DependencyInjection;
using PruneSearch.Cluster.Hosting;
using PruneSearch.Cluster.TestHost;
using PruneSearch.Core.Grains;

namespace PruneSearch.Cluster.Tests;

public sealed class LaunchTests
{
    [Fact]
    public async Task A_launch_whose_answer_does_not_come_in_time_is_asked_for_again_and_happens_once()
    {
        using var home = new TestHome();
        var busy = new Busy();
        await using var host = await EmbeddedHost.StartAsync(new EmbeddedHostOptions
        {
            Home = home.Path,
            RunSlot = false,
            Timings = TestHome.Quick,
            ConfigureServices = s => s.AddSingleton<IOutgoingGrainCallFilter>(busy),
        });

        await host.Client.LaunchAsync(Plans.Small("a"));
        Assert.Equal(3, busy.Launches);
        Assert.Equal(["a"], (await host.Client.ListAsync()).Select(s => s.Id));
    }

    private sealed class Busy : IOutgoingGrainCallFilter
    {
        public int Launches { get; private set; }

        public async Task Invoke(IOutgoingGrainCallContext context)
        {
            await context.Invoke();
            if (context.InterfaceMethod.DeclaringType == typeof(ISearchGrain) && context.InterfaceMethod.Name == nameof(ISearchGrain.LaunchAsync)
                && ++Launches < 3)
            {
                throw new ClusterException("The cluster did not answer in time.", new TimeoutException("lost"));
            }
        }
    }
}
