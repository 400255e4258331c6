using System.Globalization;
using System.Text;

namespace PruneSearch.Cli.Comparisons;

/// <summary>Models of several searches as text.</summary>
internal static class ComparisonText
{
    /// <summary>A table in Markdown, fastest first, and what to deploy within some times.</summary>
    /// <param name="models">All models.</param>
    /// <param name="within">Times in milliseconds.</param>
    public static string Markdown(IReadOnlyList<ComparedModel> models, IEnumerable<double> within)
    {
        var text = new StringBuilder("| search | model | mAP50 | 95 % | MACs | parameters | ms | p90 ms | worth having |\n")
            .Append("|---|---|---|---|---|---|---|---|---|\n");
        var frontier = ComparedModel.Frontier(models);
        foreach (var m in models.OrderBy(m => m.Milliseconds))
        {
            text.Append(CultureInfo.InvariantCulture, $"| {m.Search} | {m.Name} | {m.Map50:F3} | {Interval(m)} | {m.Point.Report.Macs / 1e6:F0} M | ")
                .Append(CultureInfo.InvariantCulture, $"{m.Point.Report.Parameters / 1e6:F2} M | {m.Milliseconds:F2} | {m.Percentile90:F2} | ")
                .Append(frontier.Contains(m) ? "yes |\n" : "|\n");
        }
        text.Append('\n');
        foreach (double time in within.Order())
        {
            string best = ComparedModel.Best(models, time) is { } found
                ? string.Create(CultureInfo.InvariantCulture, $"{found.Name} of {found.Search}, mAP50 {found.Map50:F3} in {found.Milliseconds:F2} ms") : "none";
            text.Append(CultureInfo.InvariantCulture, $"Within {time:G6} ms: {best}\n");
        }
        return text.ToString();
    }

    /// <summary>One line a model (RFC 4180; no value has a comma), numbers with a decimal point.</summary>
    public static string Csv(IReadOnlyList<ComparedModel> models) => string.Concat(
        ["search,model,map50,map50_low,map50_high,map,macs,parameters,latency_ms,latency_p90_ms,key\n", .. models.Select(m => string.Create(
            CultureInfo.InvariantCulture, $"{m.Search},{m.Name},{m.Map50},{m.Map50Interval?.Low},{m.Map50Interval?.High},") + string.Create(
            CultureInfo.InvariantCulture, $"{m.Point.Report.Map},{m.Point.Report.Macs},{m.Point.Report.Parameters},") + string.Create(
            CultureInfo.InvariantCulture, $"{m.Milliseconds},{m.Percentile90},{m.Point.Report.Key}\n"))]);

    private static string Interval(ComparedModel model) =>
        model.Map50Interval is { } i ? string.Create(CultureInfo.InvariantCulture, $"{i.Low:F3}–{i.High:F3}") : "";
}
