using PruneSearch.Connections.Sessions;
using PruneSearch.Core.Comparisons;
using PruneSearch.Core.Growth;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Strategies;
using PruneSearch.Storage.Proposals;
using PruneSearch.Storage.Reports;

namespace PruneSearch.Cli.GrowthReports;

/// <summary>A search that decided itself what to try, put together from its two logs.</summary>
/// <param name="Plan">The search, with everything that was proposed as its trajectories.</param>
/// <param name="View">Its models.</param>
/// <param name="Results">What was proposed and what came of it.</param>
internal sealed record GrownSearch(SearchPlan Plan, SearchStatus Status, FrontierView View, GrownResults Results)
{
    /// <summary>Asks a session for all that a report tells of the search.</summary>
    /// <exception cref="IOException">The store cannot be read.</exception>
    /// <exception cref="FormatException">One of its logs is damaged.</exception>
    public static async Task<GrownSearch> ReadAsync(ISearchSession session, SearchPlan plan, CancellationToken cancellation)
    {
        plan = plan with { Trajectories = [.. plan.Trajectories.Where(t => t.Schedule == ScheduleKind.Base)] }; // as it was launched
        var (status, view) = (await session.StatusAsync(plan.Id), await session.FrontierAsync(plan.Id));
        var proposals = await ProposalLog.OpenAsync(session.Checkpoints, plan.Id, cancellation);
        var reports = await ReportLog.OpenAsync(session.Checkpoints, plan.Id, cancellation);
        var history = History(plan, proposals.Written, reports.Written);
        foreach (int number in status.Trajectories.Where(t => t is { State: WorkState.Failed, Proposal: not null }).Select(t => t.Proposal!.Number)
            .Where(n => n < history.Proposed.Count))
        {
            history.SetFailed(number, true);
        }
        var grown = plan with { Trajectories = [.. plan.Trajectories, .. history.Proposed.Select(p => p.Plan)] };
        return new GrownSearch(grown, status, view, new GrownResults
        {
            Name = plan.Name,
            Space = plan.Growth!.Space,
            Objectives = plan.Objectives,
            Rungs = plan.Growth.Rungs,
            Trials = history.ToStrategyHistory().Trials,
            Names = [.. history.Proposed.Select(p => p.Plan.Name)],
            Curve = status.Growth?.Curve ?? [],
        });
    }

    /// <summary>The search with only some of its trajectories: the original, and those whose last model is on the frontier.</summary>
    public SearchPlan Worthwhile()
    {
        var on = View.Points.Where(p => p.OnFrontier).Select(p => p.Report.Key).ToHashSet();
        return Plan with { Trajectories = [.. Plan.Trajectories.Where(t => t.Schedule == ScheduleKind.Base || on.Contains(t.Keys[^1]))] };
    }

    /// <summary>What its trajectories came to, as those of any search.</summary>
    public SearchResults ToResults(SearchPlan plan, IReadOnlyDictionary<StageKey, SplitScore>? test) =>
        SearchResults.From(plan, ReportedSearch.Of(plan, Status, View.Points.Where(p => !p.IsQuantised).Select(p => p.Report)), test);

    // In the order in which it happened: what was there before a proposal cost it nothing.
    private static GrowthHistory History(SearchPlan plan, IReadOnlyList<ProposalBatch> proposals, IReadOnlyList<StageReport> reports)
    {
        var history = new GrowthHistory(plan);
        int known = 0;
        foreach (var batch in proposals)
        {
            for (; known < Math.Min(batch.Reports, reports.Count); known++)
            {
                history.Add(reports[known]);
            }
            history.Add(batch);
        }
        for (; known < reports.Count; known++)
        {
            history.Add(reports[known]);
        }
        return history;
    }
}
