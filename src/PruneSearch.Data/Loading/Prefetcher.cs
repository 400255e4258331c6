using System.Runtime.ExceptionServices;
using PruneSearch.Core.Stages;

namespace PruneSearch.Data.Loading;

/// <summary>Computes numbered items ahead of their reader, on threads of its own, and hands them out in order.</summary>
internal static class Prefetcher
{
    /// <summary>The items <paramref name="from"/> to <paramref name="to"/> − 1; an error reaches the reader where its item would have been.</summary>
    /// <param name="from">First number.</param>
    /// <param name="to">Number after the last.</param>
    /// <param name="load">Makes an item; called by several threads at once when there are several.</param>
    /// <param name="ahead">Most items that are finished or in work before the reader asks for them; at least as many as threads.</param>
    /// <param name="threads">Background threads, at least 1; they end when the reader stops.</param>
    /// <param name="cancellation">Stops both sides.</param>
    public static IEnumerable<T> Run<T>(int from, int to, Func<int, T> load, int ahead, int threads, CancellationToken cancellation)
    {
        var queue = new Queue<T>(from, to, load, Math.Max(ahead, threads));
        var workers = new List<Thread>();
        using var wake = cancellation.UnsafeRegister(static q => ((Queue<T>)q!).Wake(), queue);
        try
        {
            for (int i = 0; i < Math.Min(threads, to - from); i++)
            {
                var worker = new Thread(queue.Work) { IsBackground = true, Name = "prunesearch-loader" };
                worker.Start();
                workers.Add(worker);
            }
            for (int number = from; number < to; number++)
            {
                yield return queue.Take(number, cancellation);
                Heartbeat.Beat();
            }
        }
        finally
        {
            queue.Stop();
            workers.ForEach(w => w.Join());
        }
    }

    private sealed class Queue<T>(int from, int to, Func<int, T> load, int ahead)
    {
        private readonly Dictionary<int, (T? Item, ExceptionDispatchInfo? Failure)> _done = [];
        private int _next = from, _wanted = from;
        private bool _stopped;

        public void Work()
        {
            while (Begin() is int number)
            {
                (T?, ExceptionDispatchInfo?) result;
                try
                {
                    result = (load(number), null);
                }
#pragma warning disable CA1031 // Whatever it is, the reader gets it.
                catch (Exception e)
#pragma warning restore CA1031
                {
                    result = (default, ExceptionDispatchInfo.Capture(e));
                }
                lock (_done)
                {
                    _done.Add(number, result);
                    Monitor.PulseAll(_done);
                }
            }
        }

        public T Take(int number, CancellationToken cancellation)
        {
            lock (_done)
            {
                _wanted = number;
                Monitor.PulseAll(_done);
                (T? Item, ExceptionDispatchInfo? Failure) result;
                while (!_done.Remove(number, out result))
                {
                    cancellation.ThrowIfCancellationRequested();
                    Monitor.Wait(_done);
                }
                cancellation.ThrowIfCancellationRequested();
                result.Failure?.Throw();
                return result.Item!;
            }
        }

        public void Stop()
        {
            lock (_done)
            {
                _stopped = true;
                Monitor.PulseAll(_done);
            }
        }

        public void Wake()
        {
            lock (_done)
            {
                Monitor.PulseAll(_done);
            }
        }

        // The next number that is within reach of the reader; null at the end.
        private int? Begin()
        {
            lock (_done)
            {
                while (!_stopped && _next < to && _next > _wanted + ahead)
                {
                    Monitor.Wait(_done);
                }
                return _stopped || _next >= to ? null : _next++;
            }
        }
    }
}
