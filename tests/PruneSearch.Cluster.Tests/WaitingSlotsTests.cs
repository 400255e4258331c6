using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using PruneSearch.Cluster.Dispatching;
using PruneSearch.Cluster.Hosting;
using PruneSearch.Cluster.TestHost;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Tests;

/// <summary>Claims that wait at the queue until there is a stage.</summary>
public sealed class WaitingSlotsTests
{
    private static readonly StageKey A = StageKey.Of("a"u8), B = StageKey.Of("b"u8);
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(5);
    private readonly FakeTimeProvider _time = new();
    private readonly ReadyQueue _queue;
    private readonly WaitingSlots _waiting;

    public WaitingSlotsTests() => (_queue, _waiting) = (new ReadyQueue(_time, TimeSpan.FromMinutes(1)), new WaitingSlots(_time));

    [Fact]
    public async Task A_stage_goes_to_the_slot_that_waits_longest_unless_that_one_declined_it()
    {
        var (first, second, third) = (Join("first"), Join("second"), Join("third"));
        _queue.Add(A, 1);
        _queue.Decline(A, "first", "no pictures");
        _waiting.Serve(_queue);
        Assert.Equal(A, (await second)?.Key);
        _queue.Add(B, 1);
        _waiting.Serve(_queue);
        Assert.Equal(B, (await first)?.Key);
        Assert.False(third.IsCompleted);
        Assert.Equal(0, _queue.Count);
    }

    [Fact]
    public async Task Whoever_waited_long_enough_leaves_asks_anew_or_is_at_a_silo_that_stops_is_answered_with_nothing_and_gets_no_stage()
    {
        using var stopping = new CancellationTokenSource();
        var (old, left, silo) = (Join("w"), Join("left"), _waiting.JoinAsync("silo", TimeLimit, stopping.Token));
        var now = Join("w");
        Assert.Null(await old);
        _waiting.Leave("left");
        _waiting.Leave("nobody");
        Assert.Null(await left);
        await stopping.CancelAsync();
        Assert.Null(await silo);
        Assert.False(now.IsCompleted);
        _time.Advance(TimeLimit);
        Assert.Null(await now);

        _queue.Add(A, 1);
        _waiting.Serve(_queue);
        Assert.Equal(1, _queue.Count);
    }

    [Fact]
    public async Task A_claim_that_waits_is_answered_as_soon_as_a_search_is_launched_and_a_host_that_stops_answers_it_too()
    {
        using var home = new TestHome();
        Task<StageLease?> last;
        long before;
        await using (var host = await home.StartAsync(null))
        {
            var dispatcher = host.Grains.GetGrain<IDispatcherGrain>("cpu");
            var claim = dispatcher.AwaitAsync("w", TimeSpan.FromMinutes(1)); // 10 s at most
            Assert.Null(await dispatcher.ClaimAsync("other")); // it keeps nobody else waiting
            while ((await dispatcher.GetStatusAsync(0)).Slots != 2)
            {
                await Task.Delay(10, TestContext.Current.CancellationToken); // the first one may arrive after the second
            }
            var plan = Plans.Small("a");
            await host.Client.LaunchAsync(plan);
            var lease = await claim;
            Assert.Equal(plan.Trajectories[0].Keys[0], lease!.Key);

            claim = dispatcher.AwaitAsync("w", TimeSpan.FromMinutes(1));
            await dispatcher.LeaveAsync("w");
            Assert.Null(await claim);
            last = dispatcher.AwaitAsync("w", TimeSpan.FromMinutes(1));
            before = TimeProvider.System.GetTimestamp();
        }
        await Record.ExceptionAsync(() => last);
        Assert.InRange(TimeProvider.System.GetElapsedTime(before).TotalSeconds, 0, 8);
    }

    [Fact]
    public async Task A_stage_that_is_asked_for_while_it_is_being_leased_does_not_wait_any_more()
    {
        using var home = new TestHome();
        await using var host = await EmbeddedHost.StartAsync(new EmbeddedHostOptions
        {
            Home = home.Path,
            RunSlot = false,
            Timings = new ClusterTimings { Poll = TimeSpan.FromMinutes(1) }, // trajectories ask once
            ConfigureServices = services => services
                .AddSingleton<IIncomingGrainCallFilter, AskedAgain>().AddSingleton<IStageRunner>(new StubStageRunner(TimeSpan.Zero)),
        });
        var dispatcher = host.Grains.GetGrain<IDispatcherGrain>("cpu");
        var claim = dispatcher.AwaitAsync("w", TimeSpan.FromMinutes(1));
        await host.Client.LaunchAsync(Plans.Small("a"));
        Assert.NotNull(await claim);
        Assert.Equal(0, (await dispatcher.GetStatusAsync(10)).Length);
    }

    private Task<ReadyStage?> Join(string worker) => _waiting.JoinAsync(worker, TimeLimit, CancellationToken.None);

    /// <summary>A trajectory asks for a stage just when a slot is about to get it.</summary>
    private sealed class AskedAgain(IGrainFactory grains) : IIncomingGrainCallFilter
    {
        public async Task Invoke(IIncomingGrainCallContext context)
        {
            if (context.Grain is IStageGrain && context.MethodName == nameof(IStageGrain.LeaseAsync))
            {
                var stage = StageKey.Parse(context.TargetId.Key.ToString()!);
                await grains.GetGrain<IDispatcherGrain>("cpu").EnqueueAsync(stage, 1, ["a"]);
            }
            await context.Invoke();
        }
    }
}
