using System.Net.Sockets;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Workers;

/// <summary>Tells faults of the place (a full disk, a store that does not answer, too little memory) from faults of a stage.</summary>
internal static class PlaceFaults
{
    // What torch and the drivers below it say; their exceptions have no types for it.
    private static readonly string[] Memory = ["out of memory", "not enough memory", "can't allocate memory", "Failed to allocate memory"];

    /// <summary>How an attempt failed.</summary>
    /// <param name="error">What it threw.</param>
    /// <param name="logTail">Last lines of the worker's log.</param>
    /// <param name="step">Optimizer steps that it had done.</param>
    public static AttemptFailure Describe(Exception error, string logTail, int step)
    {
        var (kind, reason) = error switch
        {
            StageFailedException e => (e.IsFinal ? FailureKind.Final : FailureKind.Stage, e.Message),
            _ => (Is(error) ? FailureKind.Place : FailureKind.Stage, $"{error.GetType().Name}: {error.Message}"),
        };
        return new AttemptFailure { Kind = kind, Reason = reason, LogTail = logTail, Step = step };
    }

    private static bool Is(Exception? error) => error is not null
        && ((error is IOException and not (FileNotFoundException or DirectoryNotFoundException or EndOfStreamException))
            || error is UnauthorizedAccessException or SocketException or TimeoutException or OutOfMemoryException
            || Memory.Any(text => error.Message.Contains(text, StringComparison.OrdinalIgnoreCase))
            || Is(error.InnerException));
}
