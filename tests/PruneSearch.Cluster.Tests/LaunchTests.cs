using System.Collections;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using PruneSearch.Cluster.Hosting;
using PruneSearch.Cluster.Placement;
using PruneSearch.Cluster.TestHost;
using PruneSearch.Core;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Searches;

namespace PruneSearch.Cluster.Tests;

public sealed class LaunchTests
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(10);

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

    [Fact]
    public async Task Whoever_looks_while_a_plan_is_checked_is_answered_and_sees_no_search_before_it_is_launched()
    {
        using var home = new TestHome();
        await using var silo = await StartAsync(home);
        var grain = silo.Grains.GetGrain<ISearchGrain>("a");
        var plan = Plans.Small("a");
        var gate = new GatedTrajectories([.. plan.Trajectories, plan.Trajectories[1]]);

        var launch = grain.LaunchAsync(plan with { Trajectories = gate });
        await gate.Reached.WaitAsync(TimeLimit, TestContext.Current.CancellationToken);

        Assert.Null(await grain.GetSummaryAsync().WaitAsync(TimeLimit, TestContext.Current.CancellationToken));
        Assert.Null(await grain.GetStatusAsync(default, 500).WaitAsync(TimeLimit, TestContext.Current.CancellationToken));
        Assert.Empty(await silo.Client.ListAsync().WaitAsync(TimeLimit, TestContext.Current.CancellationToken));
        Assert.False(launch.IsCompleted);

        gate.Open();
        Assert.Contains("stands twice", (await Assert.ThrowsAsync<ArgumentException>(() => launch)).Message, StringComparison.Ordinal);
        Assert.Null(await grain.GetStateAsync());
    }

    [Fact]
    public async Task Whoever_looks_at_a_search_that_is_launched_once_more_is_answered()
    {
        using var home = new TestHome();
        await using var silo = await StartAsync(home);
        var grain = silo.Grains.GetGrain<ISearchGrain>("a");
        await silo.Client.LaunchAsync(Plans.Small("a"));
        var plan = Plans.Small("a");
        var gate = new GatedTrajectories(plan.Trajectories);

        var launch = grain.LaunchAsync(plan with { Trajectories = gate });
        await gate.Reached.WaitAsync(TimeLimit, TestContext.Current.CancellationToken);

        Assert.Equal(WorkState.Running, (await grain.GetSummaryAsync().WaitAsync(TimeLimit, TestContext.Current.CancellationToken))!.State);
        gate.Open();
        await launch;
        Assert.Equal(5, (await grain.GetPlanAsync())!.Trajectories.Count);
    }

    [Fact]
    public async Task A_stage_that_all_trajectories_begin_with_is_sent_and_stored_once()
    {
        using var home = new TestHome();
        var plan = Plans.Wide("a", 3, 0, stages: 1);
        await using (var silo = await StartAsync(home))
        {
            await silo.Client.LaunchAsync(plan);
            Check(await silo.Client.PlanAsync("a"));
        }
        await using (var silo = await StartAsync(home))
        {
            Check(await silo.Client.PlanAsync("a"));
        }

        void Check(SearchPlan kept)
        {
            Assert.All(kept.Trajectories, t => Assert.Same(kept.Trajectories[0].Stages[0], t.Stages[0]));
            Assert.Equal(JsonSerializer.Serialize(plan, CoreJson.Canonical), JsonSerializer.Serialize(kept, CoreJson.Canonical));
        }
    }

    private static Task<SiloHost> StartAsync(TestHome home) => SiloHost.StartAsync(
        new SiloOptions
        {
            Database = $"Data Source={home.File("cluster.db")}",
            Checkpoints = home.Path,
            AdvertisedAddress = IPAddress.Loopback,
            SiloPort = FreePort.Find(),
            GatewayPort = FreePort.Find(),
            Role = SiloRole.Control,
            Timings = TestHome.Quick,
        },
        cancellation: TestContext.Current.CancellationToken);

    /// <summary>Whoever goes through it waits until it is opened, like somebody who checks a very large plan.</summary>
    private sealed class GatedTrajectories(IReadOnlyList<TrajectoryPlan> trajectories) : IReadOnlyList<TrajectoryPlan>
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously), _open = new();

        public Task Reached => _reached.Task;

        public int Count => trajectories.Count;

        public TrajectoryPlan this[int index] => trajectories[index];

        public void Open() => _open.SetResult();

        public IEnumerator<TrajectoryPlan> GetEnumerator()
        {
            _reached.TrySetResult();
            _open.Task.Wait(TimeLimit * 3, CancellationToken.None);
            return trajectories.GetEnumerator();
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
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
