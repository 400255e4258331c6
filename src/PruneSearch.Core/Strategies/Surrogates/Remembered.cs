namespace PruneSearch.Core.Strategies.Surrogates;

/// <summary>
/// Which results a model is made from when there are more than it can take in the time of a proposal: those of the configurations that few others
/// beat, since what improves the frontier is near them, and some of all the others.
/// </summary>
internal static class Remembered
{
    private const int MostConfigurations = 100, MostResults = 160;
    private const double BestShare = 0.7;

    /// <summary>Whether a result has all its costs: an accuracy may be undefined.</summary>
    public static bool IsWhole(RungResult result) => result.Costs.All(double.IsFinite);

    /// <summary>Results to learn from with their configurations, in the order of the log.</summary>
    public static IReadOnlyList<(TriedConfiguration Tried, IReadOnlyList<RungResult> Results)> Of(StrategyHistory history)
    {
        var seen = history.Tried.Where(t => t.Results.Count > 0 && t.Results.All(IsWhole)).ToList();
        if (seen.Sum(t => t.Results.Count) <= MostResults)
        {
            return [.. seen.Select(t => (t, (IReadOnlyList<RungResult>)[.. t.Results]))];
        }
        List<int> chosen = [.. Enumerable.Range(0, seen.Count)];
        if (seen.Count > MostConfigurations)
        {
            int best = (int)(BestShare * MostConfigurations);
            int[] order = [.. NonDominatedSort.Ranks([.. seen.Select(t => t.Deepest!.Costs.ToArray())], best).SelectMany(r => r).Take(best)];
            var isBest = order.ToHashSet();
            List<int> others = [.. chosen.Where(i => !isBest.Contains(i))];
            int more = Math.Min(MostConfigurations - best, others.Count);
            chosen = [.. order, .. Enumerable.Range(0, more).Select(i => others[(int)((long)i * others.Count / more)])];
        }
        // The deepest result of each, and of the first ones the others too.
        int left = MostResults - chosen.Count;
        var kept = new SortedDictionary<int, IReadOnlyList<RungResult>>();
        foreach (int i in chosen)
        {
            int rest = Math.Clamp(left, 0, seen[i].Results.Count - 1);
            left -= rest;
            kept[i] = [.. seen[i].Results.Skip(seen[i].Results.Count - 1 - rest)];
        }
        return [.. kept.Select(k => (seen[k.Key], k.Value))];
    }
}
