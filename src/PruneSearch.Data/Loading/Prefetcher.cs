using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace PruneSearch.Data.Loading;

/// <summary>Computes a sequence ahead of its reader on a thread of its own.</summary>
internal static class Prefetcher
{
    /// <summary>The same items in the same order; an error of the source reaches the reader where the item would have been.</summary>
    /// <param name="source">Enumerated on the background thread, which ends when the reader stops.</param>
    /// <param name="ahead">Most finished items that wait for the reader, at least 1.</param>
    /// <param name="cancellation">Stops both sides.</param>
    public static IEnumerable<T> Run<T>(IEnumerable<T> source, int ahead, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var queue = new BlockingCollection<T>(ahead);
        ExceptionDispatchInfo? failure = null;
        var worker = new Thread(() =>
        {
            try
            {
                foreach (var item in source)
                {
                    queue.Add(item, stop.Token);
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // The reader is gone or was cancelled as well; it finds out from the token.
            }
#pragma warning disable CA1031 // Whatever it is, the reader gets it.
            catch (Exception e)
#pragma warning restore CA1031
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
            finally
            {
                queue.CompleteAdding();
            }
        })
        {
            IsBackground = true,
            Name = "prunesearch-loader",
        };
        worker.Start();
        try
        {
            foreach (var item in queue.GetConsumingEnumerable(cancellation))
            {
                yield return item;
            }
            cancellation.ThrowIfCancellationRequested();
            failure?.Throw();
        }
        finally
        {
            stop.Cancel();
            worker.Join();
        }
    }
}
