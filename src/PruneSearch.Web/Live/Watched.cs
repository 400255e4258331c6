using PruneSearch.Connections.Sessions;

namespace PruneSearch.Web.Live;

/// <summary>
/// Something that changes, looked at again and again while at least one page shows it, and once for all of them: two hundred pages ask as often
/// as one.
/// </summary>
/// <typeparam name="T">What it is at a moment; unchangeable.</typeparam>
/// <param name="look">Looks again, from what it was before; the same object says that nothing changed. It tells when nobody answers and asks again.</param>
/// <param name="pause">Time to the next look.</param>
/// <param name="urgent">
/// Whether a change is told as soon as the pages had a rest: the longer, the more pages there are, so that all together are not redrawn more often than
/// thirty times a second; a single page rests for no time that one notices. Other changes wait longer: for twenty times a second, and at least a second.
/// </param>
internal sealed class Watched<T>(
    Func<T?, Action<Exception>, Task<T>> look, Func<T, TimeSpan> pause, TimeProvider time, Func<T, T, bool>? urgent = null)
    where T : class
{
    private static readonly TimeSpan Seldom = TimeSpan.FromSeconds(1), EachPage = TimeSpan.FromMilliseconds(50), EachUrgently = TimeSpan.FromMilliseconds(33);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(2), Linger = TimeSpan.FromSeconds(20), Silence = TimeSpan.FromSeconds(3);
    private readonly Lock _lock = new();
    private readonly List<Action> _viewers = [];
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _leftAt, _toldAt;
    private bool _runs, _untold, _urgent;

    /// <summary>What it was at the last look; <see langword="null"/> before the first one.</summary>
    public T? Value { get; private set; }

    /// <summary>Since when nobody answers; <see langword="null"/> while somebody does.</summary>
    public LostContact? Lost { get; private set; }

    /// <summary>Why there is nothing to look at: the last look's failure; <see langword="null"/> after a look that succeeded.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Whether nobody has looked for a while.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_lock)
            {
                return !_runs;
            }
        }
    }

    /// <summary>Shows it from now on.</summary>
    /// <param name="changed">Called whenever something changed, from any thread; it must return at once.</param>
    /// <returns>Ends that.</returns>
    public IDisposable View(Action changed)
    {
        lock (_lock)
        {
            _viewers.Add(changed);
            if (!_runs)
            {
                _runs = true;
                _ = Task.Run(RunAsync);
            }
        }
        return new Viewer(this, changed);
    }

    /// <summary>Waits until there is something to show, or that it takes too long.</summary>
    public async Task FirstAsync(TimeSpan limit) =>
        await Task.WhenAny(_first.Task, Task.Delay(limit, time)).ConfigureAwait(false);

    private async Task RunAsync()
    {
        while (Goes())
        {
            await Task.Delay(await LookAsync().ConfigureAwait(false), time).ConfigureAwait(false);
        }
    }

    private async Task<TimeSpan> LookAsync()
    {
        var since = time.GetUtcNow();
        string? reason = null;
        try
        {
            var answer = look(Value, e => Volatile.Write(ref reason, e.Message));
            while (await Task.WhenAny(answer, Task.Delay(Silence, time)).ConfigureAwait(false) != answer)
            {
                Lost = new LostContact(Lost?.Since ?? since, Volatile.Read(ref reason));
                Tell();
            }
            var now = await answer.ConfigureAwait(false);
            bool atOnce = Value is null || Lost is not null || Failure is not null;
            _urgent |= Value is not null && (urgent?.Invoke(Value, now) ?? !ReferenceEquals(now, Value));
            _untold |= !ReferenceEquals(now, Value);
            (Value, Lost, Failure) = (now, null, null);
            _first.TrySetResult();
            var rested = time.GetElapsedTime(_toldAt);
            if (atOnce || (_urgent && rested >= Rest(EachUrgently, TimeSpan.Zero)) || (_untold && rested >= Rest(EachPage, Seldom)))
            {
                Tell();
            }
            return pause(now);
        }
        catch (Exception e) // shown on the page, whatever it is; the next look may succeed
        {
            (Failure, Lost) = (e, e is KeyNotFoundException ? null : new LostContact(Lost?.Since ?? since, e.Message));
            _first.TrySetResult();
            Tell();
            return AfterFailure;
        }
    }

    // Somebody who comes back soon finds what was there.
    private bool Goes()
    {
        lock (_lock)
        {
            return _runs = _viewers.Count > 0 || time.GetElapsedTime(_leftAt) < Linger;
        }
    }

    private TimeSpan Rest(TimeSpan each, TimeSpan least)
    {
        lock (_lock)
        {
            return each * _viewers.Count is var all && all > least ? all : least;
        }
    }

    private void Tell()
    {
        (_untold, _urgent, _toldAt) = (false, false, time.GetTimestamp());
        Action[] viewers;
        lock (_lock)
        {
            viewers = [.. _viewers];
        }
        foreach (var changed in viewers)
        {
            changed();
        }
    }

    private void Leave(Action changed)
    {
        lock (_lock)
        {
            _viewers.Remove(changed);
            _leftAt = time.GetTimestamp();
        }
    }

    private sealed class Viewer(Watched<T> watched, Action changed) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0)
            {
                watched.Leave(changed);
            }
        }
    }
}
