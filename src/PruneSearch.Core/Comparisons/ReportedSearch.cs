using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Core.Comparisons;

/// <summary>How a search stands, with the reports of its trajectories.</summary>
public sealed record ReportedSearch
{
    /// <summary>How it stood when its reports were read.</summary>
    public required SearchStatus Status { get; init; }

    /// <summary>By trajectory, the reports of its stages before the first one that has not finished.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<StageReport>> Reports { get; init; }

    /// <summary>Keys of the last stages of the trajectories that completed: what a split that no stage saw is for.</summary>
    public IReadOnlyList<StageKey> LastStages(SearchPlan plan) =>
        [.. plan.Trajectories.Where(t => Reports[t.Name].Count == t.Stages.Count).Select(t => Reports[t.Name][^1].Key).Distinct()];

    /// <summary>Puts the reports of a search where they belong.</summary>
    /// <param name="reports">Reports of its finished stages, in any order.</param>
    public static ReportedSearch Of(SearchPlan plan, SearchStatus status, IEnumerable<StageReport> reports)
    {
        var byKey = reports.DistinctBy(r => r.Key).ToDictionary(r => r.Key);
        return new ReportedSearch
        {
            Status = status,
            Reports = plan.Trajectories.ToDictionary(
                t => t.Name,
                t => (IReadOnlyList<StageReport>)[.. t.Keys.Select(k => byKey.GetValueOrDefault(k)).TakeWhile(r => r is not null).OfType<StageReport>()]),
        };
    }
}
