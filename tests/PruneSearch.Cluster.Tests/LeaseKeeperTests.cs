using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using PruneSearch.Cluster.TestHost;
using PruneSearch.Cluster.Workers;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Tests;

/// <summary>A lease is kept by progress, lost only to somebody else, and never to a database that is away.</summary>
public sealed class LeaseKeeperTests : IDisposable
{
    private static readonly ClusterTimings Timings = new() { Silence = SilenceLimits.Parse("fine-tune=60 evaluate=20") };
    private readonly FakeTimeProvider _time = new();
    private readonly FakeStage _stage = new();
    private readonly CancellationTokenSource _work = new(), _done = new();
    private readonly LeaseKeeper _keeper;
    private readonly Task _keeping;

    public LeaseKeeperTests()
    {
        var lease = new StageLease
        {
            Key = Plans.Small("a").Keys()[0],
            Description = Plans.Small("a").Trajectories[0].Stages[0],
            Epoch = 3,
            Worker = "w",
            Secret = Guid.NewGuid(),
            TimeToLive = Timings.LeaseTimeToLive,
        };
        var contact = new ClusterContact(Timings, _time, NullLogger<ClusterContact>.Instance);
        var slot = new SlotContext(new SlotOptions(["cpu"], "w"), Grains: null!, contact, Timings, _time, NullLogger<SlotWorker>.Instance);
        _keeper = new LeaseKeeper(slot, _stage, lease);
        _keeping = _keeper.KeepAsync(_work, _done.Token);
    }

    public void Dispose()
    {
        _work.Dispose();
        _done.Dispose();
    }

    [Fact]
    public async Task A_stage_with_settings_that_a_version_does_not_know_is_declined_before_it_begins()
    {
        var known = Plans.Small("a").Trajectories[0].Stages[0];
        var lease = new StageLease
        {
            Key = (known with { PartOf = new(0, 9) }).ComputeKey(), // what a version without PartOf passes over
            Description = known,
            Epoch = 1,
            Worker = "w",
            Secret = Guid.NewGuid(),
            TimeToLive = Timings.LeaseTimeToLive,
        };

        var result = await StageThread.RunAsync(new StubStageRunner(TimeSpan.Zero), lease, _keeper, TestContext.Current.CancellationToken);

        Assert.Contains("does not know: renew it", Assert.IsType<InputUnavailableException>(result.Error).Message, StringComparison.Ordinal);
        await _done.CancelAsync();
        await _keeping;
    }

    [Fact]
    public async Task An_outage_of_ten_minutes_takes_no_work_away()
    {
        _stage.Answer = () => throw new IOException("the database is away");
        await PassAsync(minutes: 10, _keeper.Beat);
        Assert.False(_work.IsCancellationRequested);
        int before = _stage.Renewals;
        _stage.Answer = () => true;

        await PassAsync(minutes: 1, _keeper.Beat);

        Assert.InRange(_stage.Renewals - before, 25, 35);
        Assert.Equal((false, null, false), (_keeper.IsLost, _keeper.Hang, _work.IsCancellationRequested));
    }

    [Fact]
    public async Task A_call_that_is_not_answered_keeps_nothing_waiting()
    {
        _stage.Pending = new TaskCompletionSource<bool>();
        await PassAsync(minutes: 1, _keeper.Beat);
        Assert.InRange(_stage.Renewals, 5, 15); // each is given up after five seconds
        Assert.False(_work.IsCancellationRequested);
    }

    [Fact]
    public async Task Somebody_else_who_was_given_the_stage_ends_it()
    {
        _stage.Answer = () => false;
        await PassAsync(minutes: 0.1, _keeper.Beat);
        Assert.Equal((true, null, true), (_keeper.IsLost, _keeper.Hang, _work.IsCancellationRequested));
    }

    [Fact]
    public async Task A_stage_that_says_nothing_for_longer_than_its_part_may_is_told_to_stop()
    {
        _keeper.Report(new StageProgress { Part = "fine-tune", Step = 4, Steps = 100 });
        await PassAsync(minutes: 0.9);
        Assert.False(_work.IsCancellationRequested);
        _keeper.Beat();
        await PassAsync(minutes: 0.9);
        Assert.False(_work.IsCancellationRequested);
        int before = _stage.Renewals;

        await PassAsync(minutes: 0.3);

        Assert.True(_work.IsCancellationRequested);
        Assert.False(_keeper.IsLost);
        Assert.Contains("'fine-tune 4/100', where 60 s are allowed", _keeper.Hang, StringComparison.Ordinal);
        Assert.InRange(_stage.Renewals - before, 0, 4); // and its lease runs out
    }

    [Fact]
    public async Task Each_part_has_its_own_limit()
    {
        _keeper.Report(new StageProgress { Part = "evaluate" });
        await PassAsync(minutes: 0.5);
        Assert.Contains("'evaluate', where 20 s are allowed", _keeper.Hang, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_process_that_was_stopped_for_an_hour_did_not_hang()
    {
        _keeper.Report(new StageProgress { Part = "evaluate" });
        await PassAsync(minutes: 0.1);
        _time.Advance(TimeSpan.FromHours(1)); // one tick for all of it
        await Task.Delay(20, TestContext.Current.CancellationToken);
        await PassAsync(minutes: 0.1);
        Assert.Null(_keeper.Hang);
    }

    [Fact]
    public async Task A_stage_that_has_ended_cannot_hang_however_long_telling_takes()
    {
        _keeper.Report(new StageProgress { Part = "save" });
        _keeper.HasEnded = true;
        _stage.Answer = () => throw new IOException("the database is away");
        await PassAsync(minutes: 30);
        Assert.Equal((false, null, false), (_keeper.IsLost, _keeper.Hang, _work.IsCancellationRequested));
        await _done.CancelAsync();
        await _keeping.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }

    // In steps of a second, so that each tick of the keeper's is heard.
    private async Task PassAsync(double minutes, Action? life = null)
    {
        for (int i = 0; i < minutes * 60; i++)
        {
            life?.Invoke();
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>The grain, as far as a keeper sees it.</summary>
    private sealed class FakeStage : IStageGrain
    {
        private int _renewals;

        public Func<bool> Answer { get; set; } = () => true;

        public TaskCompletionSource<bool>? Pending { get; set; }

        public int Renewals => Volatile.Read(ref _renewals);

        public Task<bool> RenewAsync(LeaseTicket ticket, StageProgress progress)
        {
            Interlocked.Increment(ref _renewals);
            Assert.Equal((3, "w"), (ticket.Epoch, ticket.Worker));
            return Pending?.Task ?? Task.FromResult(Answer());
        }

        public Task<StageStatus> RequestAsync(
            string trajectory, StageDescription description, string deviceClass, int remainingStages, bool retryFailed, string? traceParent) =>
            throw new NotSupportedException();

        public Task ReleaseAsync(string trajectory) => throw new NotSupportedException();

        public Task ForgetAsync() => throw new NotSupportedException();

        public Task<bool> SupplyAsync(StageReport report) => throw new NotSupportedException();

        public Task<StageStatus> GetStatusAsync() => throw new NotSupportedException();

        public Task<StageLease?> LeaseAsync(string worker) => throw new NotSupportedException();

        public Task<bool> CompleteAsync(LeaseTicket ticket, StageReport report) => throw new NotSupportedException();

        public Task ReturnAsync(LeaseTicket ticket) => throw new NotSupportedException();

        public Task FailAsync(LeaseTicket ticket, AttemptFailure failure) => throw new NotSupportedException();

        public Task RefuseAsync(LeaseTicket ticket, string reason) => throw new NotSupportedException();

        public Task DiedAsync(LeaseTicket ticket, string lastWords) => throw new NotSupportedException();
    }
}
