using System.Collections.Concurrent;
using PruneSearch.Connections.Sessions;
using PruneSearch.Core.Searches;

namespace PruneSearch.Web.Models;

/// <summary>Reports of searches, each fetched once: a search only ever gets more of them, and those that were looked at lately stay here.</summary>
/// <param name="session">Where the searches are.</param>
internal sealed class SearchReports(ISearchSession session)
{
    private const int Remembered = 8;
    private readonly ConcurrentDictionary<string, Known> _known = new(StringComparer.Ordinal);
    private long _turn;

    /// <summary>All models of a search, and which of them are worth having.</summary>
    /// <exception cref="KeyNotFoundException">There is no such search.</exception>
    public async Task<FrontierView> ViewAsync(string search)
    {
        var known = _known.GetOrAdd(search, _ => new Known());
        known.Used = Interlocked.Increment(ref _turn);
        await known.Turn.WaitAsync().ConfigureAwait(false);
        try
        {
            return await LookAsync(search, known).ConfigureAwait(false);
        }
        catch (KeyNotFoundException)
        {
            _known.TryRemove(search, out _);
            throw;
        }
        finally
        {
            known.Turn.Release();
            Forget();
        }
    }

    /// <summary>A model by its name, as the frontier shows it but for spaces, or by the beginning of its key.</summary>
    /// <exception cref="KeyNotFoundException">There is no such search or model; the message names the models that there are.</exception>
    public async Task<(FrontierView View, FrontierPoint Point)> FindAsync(string search, string model)
    {
        var view = await ViewAsync(search).ConfigureAwait(false);
        return (view, PointNames.Find(view, model));
    }

    private async Task<FrontierView> LookAsync(string search, Known known)
    {
        var page = await session.ReportsAsync(search, known.Next, ReportPage.Largest).ConfigureAwait(false);
        if (known.View is { } same && page.Total == known.Next)
        {
            return same;
        }
        if (page.Total < known.Next)
        {
            (known.Points, known.Next) = ([], 0); // another search with its name
            page = await session.ReportsAsync(search, 0, ReportPage.Largest).ConfigureAwait(false);
        }
        for (; ; page = await session.ReportsAsync(search, known.Next, ReportPage.Largest).ConfigureAwait(false))
        {
            known.Points.AddRange(page.Points);
            known.Next = page.Next;
            if (page.Next >= page.Total)
            {
                return known.View = FrontierPoints.View(search, page.Name, page.Objectives, known.Points);
            }
        }
    }

    private void Forget()
    {
        foreach (var (search, _) in _known.OrderByDescending(k => k.Value.Used).Skip(Remembered))
        {
            _known.TryRemove(search, out _);
        }
    }

    private sealed class Known
    {
        public SemaphoreSlim Turn { get; } = new(1);

        public List<FrontierPoint> Points { get; set; } = [];

        public int Next { get; set; }

        public FrontierView? View { get; set; }

        public long Used { get; set; }
    }
}
