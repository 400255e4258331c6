using PruneSearch.Cluster.Observability;
using PruneSearch.Core.Searches;

namespace PruneSearch.Cluster.Progress;

/// <summary>The part of a search that never changes after launch.</summary>
[GenerateSerializer, Alias("prunesearch.SearchRecord")]
internal sealed class SearchRecord
{
    /// <summary>What was launched; <see langword="null"/> before, and after it was deleted.</summary>
    [Id(0)]
    public SearchPlan? Plan { get; set; }

    /// <summary>W3C trace context of its span; <see langword="null"/> when nobody listened to an earlier version.</summary>
    [Id(1)]
    public string? TraceParent { get; set; }

    /// <summary>Saves the plan of a new search. What cannot be saved is not kept either.</summary>
    public static async Task SaveAsync(IPersistentState<SearchRecord> record, SearchPlan plan)
    {
        record.State = new SearchRecord { Plan = plan, TraceParent = Spans.NewSearch() };
        try
        {
            await record.WriteStateAsync();
        }
        catch
        {
            record.State = new SearchRecord();
            throw;
        }
    }
}
