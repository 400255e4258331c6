namespace PruneSearch.Core.Strategies;

/// <summary>
/// Asks another strategy in rounds, each when all trials of the rounds before are finished: what is proposed then depends on no order of
/// results, so that a search is the same whatever the number, speed and fate of workers.
/// </summary>
/// <param name="inner">What decides.</param>
/// <param name="size">Proposals of a round at most, at least 1.</param>
public sealed class RoundsStrategy(ISearchStrategy inner, int size) : ISearchStrategy
{
    private (IReadOnlyList<Trial> Before, IReadOnlyList<Proposal> Proposals)? _round;

    /// <inheritdoc/>
    public IReadOnlyList<Proposal> Propose(StrategyHistory history, int slots)
    {
        ArgumentNullException.ThrowIfNull(history);
        ArgumentOutOfRangeException.ThrowIfLessThan(slots, 1);
        int round = history.Trials.Count == 0 ? 0 : history.Trials[^1].Proposal.Round ?? 0;
        int first = history.Trials.TakeWhile(t => (t.Proposal.Round ?? 0) < round).Count();
        var rest = Proposals(history, first).Skip(history.Trials.Count - first).ToList();
        if (rest.Count == 0 && history.Trials.Count > 0)
        {
            (round, first) = (round + 1, history.Trials.Count);
            rest = history.IsRunning ? [] : [.. Proposals(history, first)];
        }
        return [.. rest.Take(slots).Select(p => p with { Round = round })];
    }

    // A round is handed out as slots come free; it is worked out once, from what was before it.
    private IReadOnlyList<Proposal> Proposals(StrategyHistory history, int first)
    {
        if (_round is not { } known || known.Before.Count != first || !known.Before.SequenceEqual(history.Trials.Take(first)))
        {
            var before = first == history.Trials.Count ? history : history.Before(first);
            _round = known = (before.Trials, inner.Propose(before, size));
        }
        return known.Proposals;
    }
}
