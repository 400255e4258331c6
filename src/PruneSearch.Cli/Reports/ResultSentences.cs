using PruneSearch.Core.Comparisons;
using PruneSearch.Core.Searches;

namespace PruneSearch.Cli.Reports;

/// <summary>What the figures say, in sentences that follow from them and from nothing else.</summary>
internal sealed class ResultSentences(SearchResults results)
{
    private const double WantedSpeedUp = 1.5, Near = 0.02, Rounding = 1e-9;

    private string Means => results.Seeds.Count > 1 ? "on the mean over seeds, " : "";

    private bool HasVariants => results.Variants[0] is not null;

    public IReadOnlyList<string> All() => [.. Summary(), .. results.Variants.SelectMany(Comparisons), Fast(), .. Better(), .. NearOriginal()];

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
        yield return $"**Iterative or one-shot:** of {ReportFormat.Counted(known, "comparison")} at equal level and seed, iterative pruning is more accurate " +
            $"in {iterative}, " +
            $"one-shot pruning in {oneShot}, and in {known - iterative - oneShot} there is no difference beyond the spread over seeds " +
            $"(a 95 % interval each: by chance alone, about one in twenty would leave zero out).";
    }

    // One line for two arms of a variant: the levels by how they compare. The figures behind it stand in a table.
    private IEnumerable<string> Comparisons(string? variant)
    {
        foreach (var pair in ArmComparison.Of(results, variant).GroupBy(c => (Iterative: c.Iterative.Arm, OneShot: c.OneShot.Arm)))
        {
            var compared = pair.Where(c => c.Difference is not null).ToList();
            var spread = compared.Where(c => c.Difference!.Differences.Count > 1).ToList();
            string[] parts =
            [
                .. Levels("more accurate at", spread.Where(c => c.Better == c.Iterative)),
                .. Levels("less accurate at", spread.Where(c => c.Better == c.OneShot)),
                .. Levels("no difference beyond the spread at", spread.Where(c => c.Better is null)),
                .. Levels("with one seed, apart by this much at", compared.Except(spread)),
                .. Levels("without a common seed at", pair.Where(c => c.Difference is null)),
            ];
            yield return $"**{Where(variant)}`{pair.Key.Iterative}` against `{pair.Key.OneShot}`:** {string.Join("; ", parts)}.";
        }
    }

    private static IEnumerable<string> Levels(string what, IEnumerable<ArmComparison> comparisons)
    {
        string[] levels = [.. comparisons.Select(c =>
            ReportFormat.Level(c.Iterative.Level) + (c.Difference is { } d ? $" ({ReportFormat.Points(d.Differences.Mean)} points)" : ""))];
        return levels.Length == 0 ? [] : [$"{what} {ReportFormat.Listed(levels)}"];
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
            var arms = results.Pruned(variant).DistinctBy(Stages);
            foreach (var a in arms.Where(a => a.SpeedUpLow >= WantedSpeedUp - Rounding && a.Map50.Mean >= reference.Map50.Mean - Rounding)
                .OrderByDescending(a => a.SpeedUp))
            {
                found.Add($"{Name(a)} ({ReportFormat.SpeedUp(a)}, mAP50 {ReportFormat.Accuracy(a.Map50)} against {ReportFormat.Accuracy(reference.Map50)}" +
                    $"{Beyond(a, reference)})");
            }
        }
        bool controlled = results.Variants.Any(v => results.Control(v) is not null);
        string what = "at least 1.5 times as fast as the dense original (the whole interval is) and at least as accurate as the dense " +
            $"{(controlled ? "control" : "original")}";
        return found.Count == 0 ? $"**Faster at full accuracy:** no arm is{(Means.Length > 0 ? $", {Means}" : " ")}{what}."
            : $"**Faster at full accuracy:** {Means}{what}: {string.Join("; ", found)}.";
    }

    // What the thesis behind this program found: models that are both faster (the whole interval is) and more accurate than the original.
    private IEnumerable<string> Better()
    {
        if (results.Original is not { } original)
        {
            yield break;
        }
        var all = results.Variants.SelectMany(results.Pruned).DistinctBy(Stages).ToList();
        var better = all.Where(a => a.SpeedUpLow > 1 && a.Map50.Mean > original.Map50.Mean && (a.Map50Beyond(original)?.Low ?? 1) > 0)
            .OrderByDescending(a => a.SpeedUp).ToList();
        string beyond = all.Any(a => a.Map50Beyond(original) is not null) ? ", both beyond chance" : "";
        yield return $"**Faster and more accurate than the dense original ({ReportFormat.Accuracy(original.Map50.Mean)}){beyond}:** {Means}{better.Count} of " +
            $"{ReportFormat.Counted(all.Count, "pruned arm")}"
            + (better.Count == 0 ? "."
                : $"; the fastest of them is {Name(better[0])} ({ReportFormat.SpeedUp(better[0])}, mAP50 {ReportFormat.Accuracy(better[0].Map50)}" +
                    $"{Beyond(better[0], original)}).");
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
                string[] levels = [.. arm.OrderBy(a => a.Level)
                    .Where(a => (a.Map50Beyond(original)?.Low ?? a.Map50.Mean - original.Map50.Mean) >= -Near - Rounding)
                    .Select(a => ReportFormat.Level(a.Level))];
                return $"`{arm.Key}` {(levels.Length == 0 ? "at no level" : $"at {ReportFormat.Listed(levels)}")}";
            }).ToList();
            if (arms.Count > 0)
            {
                yield return $"**{Where(variant)}{(variant is null ? "W" : "w")}ithin 2 points of the dense original{Certain} " +
                    $"({ReportFormat.Accuracy(original.Map50.Mean)}):** {string.Join("; ", arms)}.";
            }
        }
    }

    private string Certain => results.Original is { } original && original.Map50Beyond(original) is not null ? ", the whole interval" : "";

    // How much more accurate, over the choice of pictures.
    private static string Beyond(ArmResult a, ArmResult reference) => a.Map50Beyond(reference) is { } i
        ? $", {ReportFormat.Points(a.Map50.Mean - reference.Map50.Mean)} points {ReportFormat.Interval(i)}" : "";

    // Arms that are one and the same at a level count once.
    private static string Stages(ArmResult a) => string.Join(',', a.Results.Select(r => r.Report.Key));

    private static string Where(string? variant) => variant is null ? "" : $"{variant}, ";

    private string Name(ArmResult a) => $"`{(HasVariants ? $"{a.Variant} " : "")}{a.Arm}` at {ReportFormat.Level(a.Level)}";
}
