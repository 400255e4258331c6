using PruneSearch.Core.Comparisons;
using PruneSearch.Core.Searches;

namespace PruneSearch.Cli.Reports;

/// <summary>What the figures say, in sentences that follow from them and from nothing else.</summary>
internal sealed class ResultSentences(SearchResults results)
{
    private const double WantedSpeedUp = 1.5, Near = 0.02, Rounding = 1e-9;

    private bool HasVariants => results.Variants[0] is not null;

    /// <summary>Items of a Markdown list.</summary>
    public IReadOnlyList<string> All() => [.. Summary(), .. results.Variants.SelectMany(Comparisons), Fast(), .. NearOriginal()];

    // One line for all comparisons, so that a reader need not count.
    private IEnumerable<string> Summary()
    {
        var all = results.Variants.SelectMany(v => ArmComparison.Of(results, v)).ToList();
        if (all.Count == 0)
        {
            yield break;
        }
        int known = all.Count(c => c.Difference is { Differences.Count: > 1 });
        if (known == 0)
        {
            yield return "**Iterative or one-shot:** there is one seed, so differences stand below without a spread to compare them with.";
            yield break;
        }
        int iterative = all.Count(c => c.Better == c.Iterative), oneShot = all.Count(c => c.Better == c.OneShot);
        yield return $"**Iterative or one-shot:** of {Figures.Counted(known, "comparison")} at equal level and seed, iterative pruning is more accurate in {iterative}, " +
            $"one-shot pruning in {oneShot}, and in {known - iterative - oneShot} there is no difference beyond the spread over seeds " +
            $"(a 95 % interval each: by chance alone, about one in twenty would leave zero out).";
    }

    private IEnumerable<string> Comparisons(string? variant)
    {
        foreach (var level in ArmComparison.Of(results, variant).GroupBy(c => c.Iterative.Level))
        {
            var lines = level.Select(c =>
            {
                string start = $"`{c.Iterative.Arm}` {Figures.Accuracy(c.Iterative.Map50.Mean)} against `{c.OneShot.Arm}` {Figures.Accuracy(c.OneShot.Map50.Mean)}";
                return c.Difference is not { } d ? $"{start}, without a common seed"
                    : d.Differences.Count < 2 ? $"{start}: {Figures.Points(d.Differences.Mean)} points with one seed"
                    : $"{start}: {Figures.Points(d.Differences.Mean)} points, standard error {Figures.Size(d.Differences.StandardError)}, 95 % interval {Figures.Points(d.Differences.Mean - d.HalfWidth)} to {Figures.Points(d.Differences.Mean + d.HalfWidth)} over {d.Differences.Count} seeds: "
                        + (c.Better is { } better ? $"`{better.Arm}` is better" : "no difference beyond the spread");
            });
            yield return $"**{Where(variant)}{Figures.Level(level.Key)}:** {string.Join("; ", lines)}.";
        }
    }

    private string Fast()
    {
        var found = new List<string>();
        foreach (string? variant in results.Variants)
        {
            if ((results.Control(variant) ?? results.Original) is not { } reference)
            {
                continue;
            }
            // Arms that are one and the same at a level are named once.
            var arms = results.Pruned(variant).DistinctBy(a => string.Join(',', a.Results.Select(r => r.Report.Key)));
            foreach (var a in arms.Where(a => a.SpeedUp >= WantedSpeedUp - Rounding && a.Map50.Mean >= reference.Map50.Mean - Rounding).OrderByDescending(a => a.SpeedUp))
            {
                found.Add($"{Name(a)} ({Figures.SpeedUp(a)}, mAP50 {Figures.Accuracy(a.Map50)} against {Figures.Accuracy(reference.Map50)})");
            }
        }
        bool controlled = results.Variants.Any(v => results.Control(v) is not null);
        string what = $"at least 1.5 times as fast as the dense original and at least as accurate as the dense {(controlled ? "control" : "original")}";
        return found.Count == 0 ? $"**Faster at full accuracy:** no arm is, on the mean over seeds, {what}."
            : $"**Faster at full accuracy:** on the mean over seeds, {what}: {string.Join("; ", found)}.";
    }

    private IEnumerable<string> NearOriginal()
    {
        if (results.Original is not { } original)
        {
            yield break;
        }
        foreach (string? variant in results.Variants)
        {
            var arms = results.Pruned(variant).GroupBy(a => a.Arm).Select(arm =>
            {
                string[] levels = [.. arm.OrderBy(a => a.Level).Where(a => a.Map50.Mean >= original.Map50.Mean - Near - Rounding).Select(a => Figures.Level(a.Level))];
                return $"`{arm.Key}` {(levels.Length == 0 ? "at no level" : $"at {Figures.Listed(levels)}")}";
            }).ToList();
            if (arms.Count > 0)
            {
                yield return $"**{Where(variant)}{(variant is null ? "W" : "w")}ithin 2 points of the dense original ({Figures.Accuracy(original.Map50.Mean)}):** {string.Join("; ", arms)}.";
            }
        }
    }

    private static string Where(string? variant) => variant is null ? "" : $"{variant}, ";

    private string Name(ArmResult a) => $"`{(HasVariants ? $"{a.Variant} " : "")}{a.Arm}` at {Figures.Level(a.Level)}";
}
