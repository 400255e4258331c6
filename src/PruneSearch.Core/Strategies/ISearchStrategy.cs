namespace PruneSearch.Core.Strategies;

/// <summary>Decides which configurations a search tries next, and how far it trains them.</summary>
public interface ISearchStrategy
{
    /// <summary>
    /// What to try next. Pure: the same history and number of slots give the same proposals, in any process, so that a search that
    /// was interrupted goes on from its log. Proposals are valid in the space and new: none repeats a configuration that has a trial, except
    /// to continue a completed one to a higher rung; what failed is never proposed again.
    /// </summary>
    /// <param name="history">All trials so far, in the order of the log.</param>
    /// <param name="slots">How many proposals can start at once, at least 1.</param>
    /// <returns>
    /// At most <paramref name="slots"/> proposals, the most urgent first. None while results are awaited that decide what comes next, or
    /// when there is nothing left to try: with no trial running, that is the end.
    /// </returns>
    IReadOnlyList<Proposal> Propose(StrategyHistory history, int slots);
}
