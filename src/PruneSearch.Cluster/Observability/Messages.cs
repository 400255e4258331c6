using Microsoft.Extensions.Logging;

namespace PruneSearch.Cluster.Observability;

/// <summary>
/// Messages that go up (stage to trajectory to search) are never awaited: calls that go down are, and two grains that
/// await each other would wait for ever. Whoever is above polls, so a lost message costs a few seconds and nothing else.
/// </summary>
internal static class Messages
{
    /// <summary>Sends without waiting; a failure is logged.</summary>
    public static void FireAndForget(this Task message, ILogger logger, string grain) =>
        message.ContinueWith(t =>
            Log.MessageLost(logger, t.Exception, grain), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
}
