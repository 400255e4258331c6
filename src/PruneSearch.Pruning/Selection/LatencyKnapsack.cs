namespace PruneSearch.Pruning.Selection;

/// <summary>
/// The widths of the least harm within a predicted latency (after HALP: Shen et al. 2022, "Structural Pruning via Latency-Saliency Knapsack"): what each
/// choice saves is taken at the widths that the others had in the last solution, until that is the same again.
/// </summary>
/// <param name="items">What may go.</param>
/// <param name="now">Width of every group.</param>
/// <param name="shareOf">Predicted latency of the width of every group.</param>
internal sealed class LatencyKnapsack(LatencyItems items, IReadOnlyDictionary<string, int> now, Func<IReadOnlyDictionary<string, int>, double> shareOf)
{
    private const int Solutions = 8;
    private const double Tolerance = 1e-9;

    /// <summary>Everything that may go is gone.</summary>
    public IReadOnlyDictionary<string, int> Narrowest => With([.. items.Items.Select(i => i.Choices.Index().MinBy(c => c.Item.Widths.Sum()).Index)]);

    /// <summary>The widths of the least harm; <see langword="null"/> where none are fast enough.</summary>
    /// <param name="share">Latency as a share of the dense detector's.</param>
    public IReadOnlyDictionary<string, int>? Solve(double share)
    {
        int[] at = new int[items.Items.Count];
        for (int i = 0; i < Solutions; i++)
        {
            var widths = With(at);
            double before = shareOf(widths);
            var classes = items.Items.Select((item, k) => Options(item, at[k], widths, before)).ToList();
            int[] chosen = Knapsack.Choose(classes, share - before) ?? [.. classes.Select(c => c.Index().MinBy(o => o.Item.Cost).Index)];
            if (chosen.SequenceEqual(at))
            {
                break;
            }
            at = chosen;
        }
        return Fit(at, share) is { } fits ? With(fits) : null;
    }

    // What each choice of an item changes where all others are as they are.
    private List<KnapsackOption> Options(LatencyItems.Item item, int at, Dictionary<string, int> widths, double before)
    {
        var changed = new Dictionary<string, int>(widths, StringComparer.Ordinal);
        var options = item.Choices.Select(choice =>
        {
            Set(changed, item, choice.Widths);
            return new KnapsackOption(shareOf(changed) - before, choice.Harm);
        }).ToList();
        options[at] = options[at] with { Cost = 0 };
        return options;
    }

    // Costs of several groups are not sums: what came out too slow loses more where that harms least for what it saves, and what is left of the budget is
    // given back where it helps most.
    private int[]? Fit(int[] chosen, double share)
    {
        while (shareOf(With(chosen)) > share + Tolerance)
        {
            if (Step(chosen, (saved, harm) => saved > Tolerance && harm >= 0 ? -harm / saved : double.NegativeInfinity) is not { } step)
            {
                return null;
            }
            chosen[step.Item] = step.Choice;
        }
        while (Step(chosen, (saved, harm) => harm < 0 && shareOf(With(chosen)) - saved <= share + Tolerance ? -harm : double.NegativeInfinity) is { } step)
        {
            chosen[step.Item] = step.Choice;
        }
        return chosen;
    }

    // The change of one item that is worth most.
    private (int Item, int Choice)? Step(int[] chosen, Func<double, double, double> worth)
    {
        var widths = With(chosen);
        double before = shareOf(widths), most = double.NegativeInfinity;
        (int, int)? best = null;
        for (int k = 0; k < chosen.Length; k++)
        {
            var item = items.Items[k];
            var options = Options(item, chosen[k], widths, before);
            for (int c = 0; c < options.Count; c++)
            {
                double value = c == chosen[k] ? double.NegativeInfinity : worth(-options[c].Cost, options[c].Harm - item.Choices[chosen[k]].Harm);
                if (value > most)
                {
                    (most, best) = (value, (k, c));
                }
            }
        }
        return best;
    }

    private Dictionary<string, int> With(int[] chosen)
    {
        var widths = new Dictionary<string, int>(now, StringComparer.Ordinal);
        foreach (var (item, choice) in items.Items.Zip(chosen))
        {
            Set(widths, item, item.Choices[choice].Widths);
        }
        return widths;
    }

    private static void Set(Dictionary<string, int> widths, LatencyItems.Item item, int[] to)
    {
        for (int g = 0; g < to.Length; g++)
        {
            widths[item.Groups[g]] = to[g];
        }
    }
}
