using Microsoft.Extensions.Time.Testing;
using PruneSearch.Cli.Following;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cli.Tests.Following;

/// <summary>Who follows a search is told when nobody answers, and since when.</summary>
public sealed class SearchFollowerTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly StringWriter _output = new(), _error = new();
    private readonly TaskCompletionSource _back = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _output.Dispose();
        _error.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_outage_of_ten_minutes_is_told_with_its_beginning_and_survived(bool terminal)
    {
        var following = Follow(terminal, lost => lost(new IOException("the gateway is gone")));
        await PassAsync(minutes: 10);
        Assert.False(following.IsCompleted);
        _back.SetResult();
        await PassAsync(minutes: 0.1);

        Assert.Equal(WorkState.Completed, (await following.WaitAsync(TimeSpan.FromSeconds(30), Cancellation)).State);
        if (terminal)
        {
            Assert.Contains("no contact since 03:04:0", _output.ToString().ReplaceLineEndings(" "), StringComparison.Ordinal);
            return;
        }
        string[] lines = _error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.Matches("^no contact since 03:04:0[5-9] UTC: the gateway is gone; asking again until somebody answers$", lines[0]);
        Assert.Matches("^contact again, after (9:5|10:0)", lines[1]);
    }

    [Fact]
    public async Task A_call_that_is_not_answered_is_told_before_it_fails()
    {
        var following = Follow(terminal: false, _ => { });
        await PassAsync(minutes: 0.2);
        Assert.Contains("UTC: no answer; asking", _error.ToString(), StringComparison.Ordinal);
        _back.SetResult();
        await PassAsync(minutes: 0.1);
        await following.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
    }

    [Fact]
    public async Task A_short_wait_is_not_worth_a_word()
    {
        var following = Follow(terminal: false, lost => lost(new IOException("the gateway is gone")));
        await PassAsync(minutes: 0.05);
        _back.SetResult();
        await PassAsync(minutes: 0.1);
        await following.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
        Assert.Equal("", _error.ToString());
    }

    [Fact]
    public async Task It_can_be_interrupted_while_nobody_answers()
    {
        using var interrupt = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var following = Follow(terminal: false, _ => { }, interrupt.Token);
        await PassAsync(minutes: 0.2);
        await interrupt.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => following.WaitAsync(TimeSpan.FromSeconds(30), Cancellation));
    }

    private Task<SearchStatus> Follow(bool terminal, Action<Action<Exception>> fails, CancellationToken? cancellation = null)
    {
        var sessions = new ScriptedSessions(Path.GetTempPath(),
            Some.Status(WorkState.Running, Some.Trajectory(WorkState.Running, progress: new StageProgress { Part = "evaluate" })),
            Some.Status(WorkState.Completed, Some.Trajectory(WorkState.Completed, done: 3)))
        {
            OnAsk = (n, lost) =>
            {
                if (n == 0)
                {
                    return Task.CompletedTask;
                }
                fails(lost!);
                return _back.Task;
            },
        };
        var context = new CliContext { Output = _output, Error = _error, IsTerminal = terminal, Sessions = sessions, Time = _time };
        return TerminalProgress.FollowAsync(context, sessions, "made-up-0001", cancellation ?? Cancellation);
    }

    private async Task PassAsync(double minutes)
    {
        for (int i = 0; i < minutes * 60; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(2, Cancellation);
        }
    }
}
