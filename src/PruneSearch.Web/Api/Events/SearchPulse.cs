using System.Collections.Concurrent;
using PruneSearch.Connections.Sessions;
using PruneSearch.Core.Searches;

namespace PruneSearch.Web.Api.Events;

/// <summary>How a search stands and how many reports it has.</summary>
/// <param name="Search">Its figures.</param>
/// <param name="Reports">Reports that can be asked for.</param>
internal sealed record Beat(SearchSummary Search, int Reports);

/// <summary>Looks at searches for all who follow them: two hundred followers ask as often as one.</summary>
/// <param name="session">Where the searches are.</param>
internal sealed class SearchPulse(ISearchSession session)
{
    /// <summary>Time between two looks at a search: a report is told of about so much later.</summary>
    public static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentDictionary<string, Look> _looks = new(StringComparer.Ordinal);

    /// <summary>How it stands, as of at most <see cref="Pace"/> ago.</summary>
    /// <exception cref="KeyNotFoundException">There is no such search.</exception>
    public Task<Beat> GetAsync(string id)
    {
        long now = Environment.TickCount64;
        var look = _looks.AddOrUpdate(id, _ => new Look(now, Start(id)),
            (_, old) => !old.Beat.IsCompleted || now - old.At < Pace.TotalMilliseconds ? old : new Look(now, Start(id)));
        if (_looks.Count > 256)
        {
            foreach (var idle in _looks.Where(l => now - l.Value.At > 60_000))
            {
                _looks.TryRemove(idle);
            }
        }
        return look.Beat.Value;
    }

    /// <summary>How it stands now.</summary>
    /// <exception cref="KeyNotFoundException">There is no such search.</exception>
    public async Task<Beat> LookAsync(string id)
    {
        var search = await session.SummaryAsync(id).ConfigureAwait(false);
        var page = await session.ReportsAsync(id, int.MaxValue, 1).ConfigureAwait(false);
        return new Beat(search, page.Total);
    }

    private Lazy Start(string id) => new(() => LookAsync(id));

    private sealed record Look(long At, Lazy Beat);

    private sealed class Lazy(Func<Task<Beat>> start)
    {
        private readonly Lazy<Task<Beat>> _task = new(start);

        public Task<Beat> Value => _task.Value;

        public bool IsCompleted => _task is { IsValueCreated: true, Value.IsCompleted: true };
    }
}
