namespace PruneSearch.Cli.Sessions;

/// <summary>Repeats calls whose failure passes by itself. Only for calls that change nothing the second time.</summary>
/// <param name="isPassing">Which failures pass.</param>
/// <param name="time">The clock; the system's by default.</param>
internal sealed class RetryPolicy(Func<Exception, bool> isPassing, TimeProvider? time = null)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>How long a call is repeated, counted from its first failure: it may have begun long ago, before the machine slept.</summary>
    public static TimeSpan Limit { get; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// With a cluster: silos die and are replaced, and databases restart. A cancellation is one of a silo's that dies, because
    /// no call here has a token of ours.
    /// </summary>
    public static RetryPolicy WithCluster(TimeProvider? time = null) => new(e => e is not (KeyNotFoundException or ArgumentException or InvalidOperationException), time);

    /// <summary>On this machine: an answer is late when the machine slept or the process was stopped for a while.</summary>
    public static RetryPolicy OnThisMachine(TimeProvider? time = null) => new(e => e is TimeoutException, time);

    /// <summary>Calls until an answer comes.</summary>
    /// <param name="call">The call.</param>
    /// <param name="lost">Told of each failure; with it the call is repeated for ever, without it no longer than <see cref="Limit"/>.</param>
    /// <exception cref="Exception">The call's own, if it does not pass or came again for longer than that.</exception>
    public async Task<T> CallAsync<T>(Func<Task<T>> call, Action<Exception>? lost = null)
    {
        long? since = null;
        while (true)
        {
            try
            {
                return await call().ConfigureAwait(false);
            }
            catch (Exception e) when (isPassing(e) && (lost is not null || _time.GetElapsedTime(since ??= _time.GetTimestamp()) < Limit))
            {
                lost?.Invoke(e);
                await Task.Delay(Pause, _time).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Calls until it succeeds.</summary>
    /// <param name="call">The call.</param>
    /// <exception cref="Exception">The call's own, if it does not pass or came again for longer than <see cref="Limit"/>.</exception>
    public Task CallAsync(Func<Task> call) => CallAsync(async () =>
    {
        await call().ConfigureAwait(false);
        return true;
    });
}
