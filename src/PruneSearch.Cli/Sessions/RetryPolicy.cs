using Polly;
using Polly.Retry;
using PruneSearch.Core.Grains;

namespace PruneSearch.Cli.Sessions;

/// <summary>Repeats calls whose failure passes by itself. Only for calls that change nothing the second time.</summary>
internal sealed class RetryPolicy
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly ResiliencePropertyKey<long> FirstFailure = new("first failure");
    private readonly ResiliencePipeline _pipeline;

    /// <summary>Makes one.</summary>
    /// <param name="isPassing">Which failures pass.</param>
    /// <param name="limit">How long a call is repeated, counted from its first failure: it may have begun long ago, before the machine slept.</param>
    /// <param name="time">The clock; the system's by default.</param>
    public RetryPolicy(Func<Exception, bool> isPassing, TimeSpan limit, TimeProvider? time = null)
    {
        var clock = time ?? TimeProvider.System;
        _pipeline = new ResiliencePipelineBuilder { TimeProvider = clock }.AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = int.MaxValue,
            Delay = Pause,
            ShouldHandle = args => new(args.Outcome.Exception is { } e && isPassing(e) && FailingFor(args.Context) < limit),
        }).Build();

        TimeSpan FailingFor(ResilienceContext context)
        {
            if (!context.Properties.TryGetValue(FirstFailure, out long first))
            {
                context.Properties.Set(FirstFailure, first = clock.GetTimestamp());
            }
            return clock.GetElapsedTime(first);
        }
    }

    /// <summary>For whoever asks a cluster one question: a silo that died has been replaced by then, or a database has restarted.</summary>
    public static TimeSpan Short { get; } = TimeSpan.FromSeconds(10);

    /// <summary>For whoever follows a search.</summary>
    public static TimeSpan Long { get; } = TimeSpan.FromSeconds(60);

    /// <summary>With a cluster: silos die and are replaced, and databases and stores restart.</summary>
    public static RetryPolicy WithCluster(TimeSpan limit, TimeProvider? time = null) =>
        new(e => e is ClusterException { IsPassing: true } or TimeoutException || (e is IOException and not ClusterException), limit, time);

    /// <summary>On this machine: an answer is late when the machine slept or the process was stopped for a while.</summary>
    public static RetryPolicy OnThisMachine(TimeProvider? time = null) => new(e => e is TimeoutException or ClusterException { InnerException: TimeoutException }, Long, time);

    /// <summary>Calls until an answer comes.</summary>
    /// <param name="call">The call.</param>
    /// <exception cref="Exception">The call's own, if it does not pass or came again for longer than the limit.</exception>
    public async Task<T> CallAsync<T>(Func<Task<T>> call) =>
        await _pipeline.ExecuteAsync(async _ => await call().ConfigureAwait(false)).ConfigureAwait(false);

    /// <summary>Calls until it succeeds.</summary>
    /// <param name="call">The call.</param>
    /// <exception cref="Exception">The call's own, if it does not pass or came again for longer than the limit.</exception>
    public async Task CallAsync(Func<Task> call) =>
        await _pipeline.ExecuteAsync(async _ => await call().ConfigureAwait(false)).ConfigureAwait(false);
}
