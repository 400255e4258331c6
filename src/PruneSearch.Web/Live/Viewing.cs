namespace PruneSearch.Web.Live;

/// <summary>Redraws something whenever what it shows changed. Changes that come before it was drawn are drawn at once.</summary>
/// <typeparam name="T">What is shown.</typeparam>
internal sealed class Viewing<T> : IDisposable
    where T : class
{
    private readonly IDisposable _view;
    private int _asked;

    /// <summary>Shows it from now on.</summary>
    /// <param name="redraw">Draws, on the thread that may; it says when it begins.</param>
    public Viewing(Watched<T> source, Func<Action, Task> redraw)
    {
        Source = source;
        _view = source.View(() =>
        {
            if (Interlocked.Exchange(ref _asked, 1) == 0)
            {
                _ = redraw(() => Volatile.Write(ref _asked, 0));
            }
        });
    }

    public Watched<T> Source { get; }

    public void Dispose() => _view.Dispose();
}
