using System.Text;
using PruneSearch.Core.Comparisons;
using PruneSearch.Core.Searches;

namespace PruneSearch.Cli.Reports;

/// <summary>The arms of a variant as a Markdown table, the dense detectors first, then level by level.</summary>
internal static class ResultTable
{
    public static string Write(SearchResults results, string? variant)
    {
        var text = new StringBuilder();
        string[] head = results.OnTest
            ? ["level", "arm", "n", "test mAP50", "points", "test mAP", "validation mAP50", "MACs", "parameters", "speed-up", "steps", "time"]
            : ["level", "arm", "n", "validation mAP50", "points", "validation mAP", "MACs", "parameters", "speed-up", "steps", "time"];
        Row(text, head);
        Row(text, [.. head.Select((h, i) => i < 2 ? "---" : "---:")]);
        foreach (var arm in Rows(results, variant))
        {
            bool pruned = arm.Level > 0;
            string[] accuracy = results.OnTest
                ? [ReportFormat.Accuracy(arm.Map50), Points(arm, results.Original), ReportFormat.Accuracy(arm.Map), ReportFormat.Accuracy(arm.ValidationMap50)]
                : [ReportFormat.Accuracy(arm.Map50), Points(arm, results.Original), ReportFormat.Accuracy(arm.Map)];
            Row(text,
            [
                pruned ? ReportFormat.Level(arm.Level) : "–", ReportFormat.Arm(arm), ReportFormat.Count(arm.Results.Count), .. accuracy,
                ReportFormat.Millions(arm.Macs), ReportFormat.Millions(arm.Parameters), ReportFormat.SpeedUp(arm), ReportFormat.Count(arm.Steps),
                ReportFormat.Span(arm.Seconds),
            ]);
        }
        return text.ToString();
    }

    // Beyond the original, with the interval over the choice of pictures where it is known.
    private static string Points(ArmResult arm, ArmResult? original) => original is null || arm.Schedule == ScheduleKind.Base ? "–"
        : ReportFormat.Points(arm.Map50.Mean - original.Map50.Mean) + (arm.Map50Beyond(original) is { } i ? " " + ReportFormat.Interval(i) : "");

    /// <summary>Iterative and one-shot arms beside one another, level by level; empty where there is nothing to compare.</summary>
    public static string Comparisons(SearchResults results)
    {
        var text = new StringBuilder();
        bool variants = results.Variants[0] is not null;
        string[] first = variants ? ["variant"] : [];
        var all = results.Variants.SelectMany(v => ArmComparison.Of(results, v).Select(c => (Variant: v, Comparison: c)))
            .Where(c => c.Comparison.Difference is not null).ToList();
        if (all.Count == 0)
        {
            return "";
        }
        Row(text, [.. first, "level", "iterative", "against", "n", "difference in points", "standard error", "95 % interval", "beyond the spread"]);
        Row(text, [.. first.Select(_ => "---"), "---", "---", "---", "---:", "---:", "---:", "---:", "---"]);
        foreach (var (variant, c) in all)
        {
            var d = c.Difference!;
            bool known = d.Differences.Count > 1;
            Row(text,
            [
                .. first.Select(_ => variant!), ReportFormat.Level(c.Iterative.Level), $"{c.Iterative.Arm} {ReportFormat.Accuracy(c.Iterative.Map50.Mean)}",
                $"{c.OneShot.Arm} {ReportFormat.Accuracy(c.OneShot.Map50.Mean)}",
                ReportFormat.Count(d.Differences.Count), ReportFormat.Points(d.Differences.Mean), known ? ReportFormat.Size(d.Differences.StandardError) : "–",
                known ? $"{ReportFormat.Points(d.Differences.Mean - d.HalfWidth)} to {ReportFormat.Points(d.Differences.Mean + d.HalfWidth)}" : "–",
                !known ? "one seed" : c.Better is { } better ? $"{better.Arm} is better" : "no",
            ]);
        }
        return text.ToString();
    }

    private static IEnumerable<ArmResult> Rows(SearchResults results, string? variant) =>
        new[] { results.Original, results.Control(variant) }.OfType<ArmResult>().Concat(results.Pruned(variant).OrderBy(a => a.Level));

    private static void Row(StringBuilder text, IEnumerable<string> cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
}
