using PruneSearch.Core.Growth;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Tests;

/// <summary>Proposes again what a log says, from what was known then.</summary>
internal static class ProposalReplay
{
    /// <summary>Checks that a log and the reports replay to the same proposals.</summary>
    /// <param name="strategy">Proposes again; that of the plan when left out.</param>
    /// <returns>What differs first, in one line; <see langword="null"/> for nothing.</returns>
    public static string? Difference(
        SearchPlan plan, IEnumerable<ProposalBatch> log, IReadOnlyList<StageReport> reports, SearchStrategy? strategy = null)
    {
        strategy ??= new SearchStrategy(plan);
        var history = new GrowthHistory(plan);
        int known = 0;
        foreach (var batch in log)
        {
            for (; known < batch.Reports; known++)
            {
                history.Add(reports[known]);
            }
            foreach (int number in batch.FailureChanges)
            {
                history.SetFailed(number, !history.Failed.Contains(number));
            }
            var again = strategy.Propose(history.ToStrategyHistory(), batch.Slots).Take(batch.Proposals.Count).ToList();
            if (!again.SequenceEqual(batch.Proposals))
            {
                int place = again.Zip(batch.Proposals).TakeWhile(p => p.First == p.Second).Count();
                return $"proposal {batch.First + place} is {batch.Proposals[place]}, but would be {(place < again.Count ? again[place] : "none")}";
            }
            history.Add(batch);
        }
        return null;
    }
}
