using Microsoft.Extensions.Time.Testing;
using PruneSearch.Connections.Sessions;

namespace PruneSearch.Connections.Tests.Sessions;

public sealed class RetryPolicyTests
{
    private readonly FakeTimeProvider _time = new() { AutoAdvanceAmount = TimeSpan.FromSeconds(5) };

    [Fact]
    public async Task A_late_answer_is_asked_for_again_however_long_the_machine_slept()
    {
        int calls = 0;
        int answer = await AnswerAsync(RetryPolicy.OnThisMachine(_time).CallAsync(() =>
        {
            _time.Advance(calls == 0 ? TimeSpan.FromHours(8) : TimeSpan.Zero); // the first call began before the machine slept
            return ++calls < 3 ? throw new TimeoutException("late") : Task.FromResult(7);
        }));
        Assert.Equal((7, 3), (answer, calls));
    }

    [Fact]
    public async Task A_failure_that_does_not_end_is_passed_on_after_a_minute()
    {
        int calls = 0;
        var e = await Assert.ThrowsAsync<TimeoutException>(() => AnswerAsync(RetryPolicy.OnThisMachine(_time).CallAsync<int>(() =>
        {
            calls++;
            throw new TimeoutException("late");
        })));
        Assert.Equal("late", e.Message);
        Assert.InRange(calls, 2, 60);
    }

    [Fact]
    public async Task Who_is_told_of_the_losses_waits_as_long_as_it_takes()
    {
        int calls = 0;
        var told = new List<string>();
        Assert.Equal(7, await AnswerAsync(RetryPolicy.WithCluster(_time).CallAsync(
            () => ++calls <= 600 ? throw new IOException("silo gone") : Task.FromResult(7), e => told.Add(e.Message))));
        Assert.Equal((601, 600), (calls, told.Count));
        Assert.Equal("silo gone", told[0]);
    }

    [Fact]
    public async Task On_this_machine_only_lateness_passes()
    {
        await AssertCalledOnceAsync<IOException>(RetryPolicy.OnThisMachine(_time), new IOException("full"));
        await AssertCalledOnceAsync<KeyNotFoundException>(RetryPolicy.OnThisMachine(_time), new KeyNotFoundException("no such search"));
    }

    [Fact]
    public async Task In_a_cluster_losses_pass_and_wrong_requests_do_not()
    {
        int calls = 0;
        await AnswerAsync(RetryPolicy.WithCluster(_time).CallAsync(() => ++calls == 1 ? throw new IOException("silo gone") : Task.FromResult(true)));
        Assert.Equal(2, calls);
        await AssertCalledOnceAsync<KeyNotFoundException>(RetryPolicy.WithCluster(_time), new KeyNotFoundException("no such search"));
        await AssertCalledOnceAsync<ArgumentException>(RetryPolicy.WithCluster(_time), new ArgumentException("wrong"));
        await AssertCalledOnceAsync<InvalidOperationException>(RetryPolicy.WithCluster(_time), new InvalidOperationException("other plan"));
    }

    private async Task AssertCalledOnceAsync<TException>(RetryPolicy retry, Exception thrown)
        where TException : Exception
    {
        int calls = 0;
        await Assert.ThrowsAsync<TException>(() => AnswerAsync(retry.CallAsync<int>(() =>
        {
            calls++;
            throw thrown;
        })));
        Assert.Equal(1, calls);
    }

    // Lets the fake clock run while a call waits for its next try.
    private async Task<T> AnswerAsync<T>(Task<T> call)
    {
        while (!call.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
        return await call;
    }
}
