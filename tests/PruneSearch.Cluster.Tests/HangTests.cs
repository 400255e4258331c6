using System.Diagnostics;
using PruneSearch.Cluster.TestHost;
using PruneSearch.Cluster.Workers;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Tests;

/// <summary>Stages that hang, and those that do not even listen when they are told to stop.</summary>
public sealed class HangTests : IDisposable
{
    private static readonly SearchPlan Plan = Plans.Small("a");
    private static readonly StageKey Bad = Plan.Trajectories[1].Stages[1].ComputeKey();
    private static readonly ClusterTimings Watchful = TestHome.Quick with
    {
        Silence = SilenceLimits.All(TimeSpan.FromSeconds(1.5)),
        LetGo = TimeSpan.FromMilliseconds(500),
        StopGrace = TimeSpan.FromMilliseconds(500),
    };

    private readonly ManualResetEventSlim _end = new();
    private readonly StubStageRunner _runner = new(TimeSpan.Zero);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _end.Set(); // lets the threads go

    [Fact]
    public async Task A_stage_that_hangs_is_told_to_stop_and_tried_again()
    {
        using var home = new TestHome();
        _runner.Behaviour = (job, c) => HangIf(job.Key == Bad && _runner.Started.Count(k => k == Bad) == 1, c);
        await using var host = await home.StartAsync(_runner, Watchful);

        Assert.Equal(WorkState.Completed, (await host.RunAsync(Plan)).State);
        Assert.Equal(2, _runner.Started.Count(k => k == Bad));
        Assert.False(host.StuckStage.IsCompleted);
    }

    [Fact]
    public async Task A_stage_that_hangs_each_time_fails_with_where_it_hung_and_the_others_go_on()
    {
        using var home = new TestHome();
        _runner.Behaviour = (job, c) => HangIf(job.Key == Bad, c);
        await using var host = await home.StartAsync(_runner, Watchful);

        var end = await host.RunAsync(Plan);

        Assert.Equal(WorkState.CompletedWithFailures, end.State);
        Assert.Contains("it hung: no progress for", end.Trajectories[1].Reason, StringComparison.Ordinal);
        Assert.Contains("'fine-tune 1/2'", end.Trajectories[1].Reason, StringComparison.Ordinal);
        Assert.Equal(3, _runner.Started.Count(k => k == Bad));
    }

    [Fact]
    public async Task A_stage_that_shows_signs_of_life_may_take_as_long_as_it_likes()
    {
        using var home = new TestHome();
        _runner.Behaviour = (job, _) =>
        {
            for (int i = 0; i < 40 && job.Key == Bad; i++)
            {
                Thread.Sleep(100);
                Heartbeat.Beat();
            }
        };
        await using var host = await home.StartAsync(_runner, Watchful);

        Assert.Equal(WorkState.Completed, (await host.RunAsync(Plan)).State);
        Assert.Single(_runner.Started, k => k == Bad);
    }

    [Fact]
    public async Task Cancelling_frees_the_slot_of_a_stage_that_hangs()
    {
        using var home = new TestHome();
        _runner.Behaviour = (job, c) => HangIf(job.Key == Plan.Keys()[0], c);
        await using var host = await home.StartAsync(_runner, Watchful with { Silence = new SilenceLimits() });
        await host.Client.LaunchAsync(Plan);
        await host.UntilAsync("a", s => s.Trajectories[0].State == WorkState.Running);

        await host.Client.CancelAsync("a", "enough");

        Assert.Equal(WorkState.Completed, (await host.RunAsync(Plans.Small("b", seed: 1))).State);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_stage_that_does_not_let_go_ends_the_process_with_one_line(bool cancelled)
    {
        using var home = new TestHome();
        _runner.Behaviour = (_, _) => _end.Wait(CancellationToken.None);
        await using var host = await home.StartAsync(_runner, cancelled ? Watchful with { Silence = new SilenceLimits() } : Watchful);
        await host.Client.LaunchAsync(Plan);
        await host.UntilAsync("a", s => s.Trajectories[0].State == WorkState.Running);
        if (cancelled)
        {
            await host.Client.CancelAsync("a", "enough");
        }

        string reason = await host.StuckStage.WaitAsync(TimeSpan.FromSeconds(20), Cancellation);

        Assert.Contains($"stage {Plan.Keys()[0].ToString()[..12]} does not let go", reason, StringComparison.Ordinal);
        Assert.Contains(cancelled ? "told to stop" : "it hung", reason, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', reason);
        if (!cancelled)
        {
            var status = await host.UntilAsync("a", s => s.Trajectories[0].Reason is not null); // the stage is free for others
            Assert.Contains("it hung", status.Trajectories[0].Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Being_told_to_stop_takes_a_few_seconds_whatever_the_stage_does()
    {
        using var home = new TestHome();
        _runner.Behaviour = (_, _) => _end.Wait(CancellationToken.None);
        var host = await home.StartAsync(_runner, new ClusterTimings());
        await host.Client.LaunchAsync(Plan);
        await host.UntilAsync("a", s => s.Trajectories[0].State == WorkState.Running);
        var clock = Stopwatch.StartNew();

        await host.DisposeAsync();

        Assert.InRange(clock.Elapsed.TotalSeconds, 4, 15);
        await using var again = await home.StartAsync(new StubStageRunner(TimeSpan.Zero));
        await again.Client.ResumeAsync("a");
        Assert.Equal(WorkState.Completed, (await again.EndAsync("a")).State);
    }

    [Fact]
    public async Task A_full_disk_is_no_attempt_and_the_slot_waits_longer_and_longer()
    {
        using var home = new TestHome();
        var starts = new List<long>();
        _runner.Behaviour = (job, _) =>
        {
            if (job.Key == Bad)
            {
                starts.Add(Stopwatch.GetTimestamp());
                if (starts.Count < 3)
                {
                    throw new IOException("No space left on device");
                }
            }
        };
        await using var host = await home.StartAsync(_runner);
        await host.Client.LaunchAsync(Plan);

        var waits = await host.UntilAsync("a", s => s.Trajectories[1].Reason is not null);
        Assert.Contains("No space left on device", waits.Trajectories[1].Reason, StringComparison.Ordinal);
        Assert.InRange(waits.Trajectories[1].Attempts, 0, 1);
        Assert.Equal(WorkState.Completed, (await host.EndAsync("a")).State);
        Assert.InRange(Stopwatch.GetElapsedTime(starts[0], starts[1]).TotalSeconds, 1.9, 30);
        Assert.InRange(Stopwatch.GetElapsedTime(starts[1], starts[2]).TotalSeconds, 3.9, 30);
    }

    [Fact]
    public async Task A_place_that_stays_broken_fails_the_stage_in_the_end()
    {
        using var home = new TestHome();
        _runner.Behaviour = (job, _) =>
        {
            if (job.Key == Bad)
            {
                throw new InvalidOperationException("DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes");
            }
        };
        await using var host = await home.StartAsync(_runner, TestHome.Quick with { PlacementTimeout = TimeSpan.FromSeconds(1) });

        var end = await host.RunAsync(Plan);

        Assert.Equal(WorkState.CompletedWithFailures, end.State);
        Assert.Contains("can't allocate memory", end.Trajectories[1].Reason, StringComparison.Ordinal);
        Assert.Equal(2, _runner.Started.Count(k => k == Bad)); // with two seconds between them
    }

    [Theory]
    [InlineData("600", 600, 600)]
    [InlineData("fine-tune=30 evaluate=1.5", 30, 1.5)]
    public void Limits_are_one_number_or_one_for_each_part(string text, double fineTune, double evaluate)
    {
        var limits = SilenceLimits.Parse(text);
        Assert.Equal((fineTune, evaluate), (limits.Of("fine-tune").TotalSeconds, limits.Of("evaluate").TotalSeconds));
        Assert.Equal(limits.Parts.Values.Max(), limits.Of("a part of later"));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("fine-tune")]
    [InlineData("fine-tune=soon")]
    [InlineData("sleep=30")]
    [InlineData("1e9")]
    [InlineData("100000")]
    [InlineData("NaN")]
    public void Limits_that_are_none_are_refused(string text) =>
        Assert.Contains("fine-tune", Assert.Throws<ArgumentException>(() => SilenceLimits.Parse(text)).Message, StringComparison.Ordinal);

    private static void HangIf(bool condition, CancellationToken cancellation)
    {
        if (condition)
        {
            cancellation.WaitHandle.WaitOne();
            cancellation.ThrowIfCancellationRequested();
        }
    }
}
