namespace PruneSearch.Core.Strategies;

/// <summary>Several proposals at once: each is made as if those before it had been launched already.</summary>
internal static class Batch
{
    /// <summary>Proposals until there are enough or none comes.</summary>
    /// <param name="problem">Whose price each proposal is told with.</param>
    /// <param name="history">All trials so far.</param>
    /// <param name="slots">How many proposals at most.</param>
    /// <param name="next">The next proposal after a history; <see langword="null"/> for none.</param>
    public static IReadOnlyList<Proposal> Of(StrategyProblem problem, StrategyHistory history, int slots, Func<StrategyHistory, Proposal?> next)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slots, 1);
        var proposals = new List<Proposal>();
        while (proposals.Count < slots && next(history) is { } proposal)
        {
            proposals.Add(proposal with { Price = problem.Price?.Invoke(proposal.Configuration, proposal.Rung, history) });
            history = history.With(proposal);
        }
        return proposals;
    }
}
