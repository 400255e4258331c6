using Polly;
using Polly.Retry;
using PruneSearch.Core.Grains;

namespace PruneSearch.Connections.Sessions;

/// <summary>Repeats calls whose failure passes by itself. Only for calls that change nothing the second time.</summary>
internal sealed class RetryPolicy
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly ResiliencePropertyKey<long> FirstFailure = new("first failure");
    private static readonly ResiliencePropertyKey<Action<Exception>?> Lost = new("lost");
    private readonly ResiliencePipeline _pipeline;

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
            ShouldHandle = args => new(args.Outcome.Exception is { } e && isPassing(e)
                && (LostOf(args.Context) is not null || FailingFor(args.Context) < limit)),
            OnRetry = args =>
            {
                LostOf(args.Context)?.Invoke(args.Outcome.Exception!);
                return default;
            },
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

    /// <summary>With a cluster: silos die and are replaced, and databases and stores restart, within 10 s as a rule.</summary>
    public static RetryPolicy WithCluster(TimeProvider? time = null) =>
        new(e => e is ClusterException { IsPassing: true } or TimeoutException || (e is IOException and not ClusterException), TimeSpan.FromSeconds(10), time);

    /// <summary>On this machine: an answer is late when the machine slept or the process was stopped for a while.</summary>
    public static RetryPolicy OnThisMachine(TimeProvider? time = null) =>
        new(e => e is TimeoutException or ClusterException { InnerException: TimeoutException }, TimeSpan.FromMinutes(1), time);

    /// <summary>Calls until an answer comes.</summary>
    /// <param name="lost">Told of each failure; with it the call is repeated for ever, without it no longer than the limit.</param>
    /// <exception cref="Exception">The call's own, if it does not pass or came again for longer than that.</exception>
    public async Task<T> CallAsync<T>(Func<Task<T>> call, Action<Exception>? lost = null)
    {
        var context = ResilienceContextPool.Shared.Get();
        context.Properties.Set(Lost, lost);
        try
        {
            return await _pipeline.ExecuteAsync(async _ => await call(), context);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private static Action<Exception>? LostOf(ResilienceContext context) => context.Properties.GetValue(Lost, null);
}
