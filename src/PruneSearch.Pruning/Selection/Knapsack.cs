namespace PruneSearch.Pruning.Selection;

/// <summary>One of several things of which exactly one is taken.</summary>
/// <param name="Cost">What it takes of the budget; may be negative.</param>
/// <param name="Harm">What is to be small.</param>
internal readonly record struct KnapsackOption(double Cost, double Harm);

/// <summary>
/// The multiple-choice knapsack: of each class one option, all together within a budget, with the least harm. Keeps, class by class, every sum of costs
/// that none beats in both (Nemhauser, Ullmann 1969), which is exact; where these become too many, the best of each of many slices of the budget.
/// </summary>
internal static class Knapsack
{
    private const int MostStates = 4000;

    private readonly record struct State(double Cost, double Harm, int Before, int Option);

    /// <summary>The option of each class; <see langword="null"/> where even the cheapest do not fit.</summary>
    /// <param name="classes">Options of each class, at least one.</param>
    /// <param name="budget">What the costs may sum up to.</param>
    /// <param name="mostStates">Sums that are kept after each class, at least 2.</param>
    public static int[]? Choose(IReadOnlyList<IReadOnlyList<KnapsackOption>> classes, double budget, int mostStates = MostStates)
    {
        double toCome = classes.Sum(c => c.Min(o => o.Cost));
        State[] states = [new State(0, 0, -1, -1)];
        var layers = new List<State[]>(classes.Count);
        foreach (var options in classes)
        {
            toCome -= options.Min(o => o.Cost);
            double most = budget - toCome + 1e-12;
            var sums = states.SelectMany((s, before) => options.Select((o, i) => new State(s.Cost + o.Cost, s.Harm + o.Harm, before, i)));
            states = Thin(Unbeaten(sums.Where(s => s.Cost <= most)), mostStates);
            if (states.Length == 0)
            {
                return null;
            }
            layers.Add(states);
        }
        int[] chosen = new int[classes.Count];
        for (int layer = classes.Count - 1, at = states.Length - 1; layer >= 0; layer--)
        {
            (chosen[layer], at) = (layers[layer][at].Option, layers[layer][at].Before);
        }
        return chosen;
    }

    // By rising cost and falling harm: the last has the least harm.
    private static List<State> Unbeaten(IEnumerable<State> states)
    {
        var kept = new List<State>();
        foreach (var state in states.OrderBy(s => s.Cost).ThenBy(s => s.Harm))
        {
            if (kept.Count == 0 || state.Harm < kept[^1].Harm)
            {
                kept.Add(state);
            }
        }
        return kept;
    }

    // The cheapest of all, and the least harm of each slice.
    private static State[] Thin(List<State> states, int most)
    {
        if (states.Count <= most)
        {
            return [.. states];
        }
        double from = states[0].Cost, slice = (states[^1].Cost - from) / (most - 1);
        return [.. states.Where((s, i) => i == 0 || i == states.Count - 1 || (int)((s.Cost - from) / slice) != (int)((states[i + 1].Cost - from) / slice))];
    }
}
