using PruneSearch.Core.Grains;
using PruneSearch.Core.Searches;

namespace PruneSearch.Connections;

/// <summary>
/// Looks at one search again and again and keeps what it saw, so that each look brings only what changed: in a search of ten
/// thousand trajectories, a few. For one caller at a time.
/// </summary>
public sealed class SearchWatch
{
    private const int PageSize = 250;
    private readonly ISearchGrain _search;
    private readonly string _id;
    private readonly SortedDictionary<int, TrajectoryStatus> _trajectories = [];
    private StatusPosition _position;

    internal SearchWatch(ISearchGrain search, string id) => (_search, _id) = (search, id);

    /// <summary>How the search stands now.</summary>
    /// <exception cref="KeyNotFoundException">There is no such search.</exception>
    public async Task<SearchStatus> LookAsync()
    {
        while (true)
        {
            var page = await _search.GetStatusAsync(_position, PageSize).ConfigureAwait(false)
                ?? throw new KeyNotFoundException($"There is no search '{_id}'.");
            foreach (var trajectory in page.Changed)
            {
                _trajectories[trajectory.Index] = trajectory;
            }
            _position = page.Next;
            if (page.IsLast)
            {
                return new SearchStatus
                {
                    Id = page.Summary.Id,
                    Name = page.Summary.Name,
                    Created = page.Summary.Created,
                    State = page.Summary.State,
                    Reason = page.Summary.Reason,
                    Trajectories = [.. _trajectories.Values],
                    Growth = page.Summary.Growth,
                    Slots = page.Summary.Slots,
                    Measuring = page.Summary.Measuring,
                };
            }
        }
    }
}
