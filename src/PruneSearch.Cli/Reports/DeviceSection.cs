using System.Globalization;
using System.Text;
using PruneSearch.Cli.Frontiers;
using PruneSearch.Connections.Sessions;
using PruneSearch.Core.Searches;

namespace PruneSearch.Cli.Reports;

/// <summary>The models of a search as they are on the other device classes that it measures on: a table each.</summary>
internal static class DeviceSection
{
    /// <summary>The text; empty for a search that measures nowhere else.</summary>
    public static async Task<string> ReadAsync(ISearchSession session, SearchPlan plan)
    {
        var text = new StringBuilder();
        foreach (string on in plan.MeasureOn)
        {
            Append(text, await session.FrontierAsync(plan.Id, on), on);
        }
        return text.ToString();
    }

    private static void Append(StringBuilder text, FrontierView view, string deviceClass)
    {
        text.Append(CultureInfo.InvariantCulture, $"\n### On {deviceClass}\n\n");
        if (view.Points.Count == 0)
        {
            text.Append("Nothing has been measured there yet.\n");
            return;
        }
        var devices = view.Points.Select(p => p.Report.Latency.Device).Distinct()
            .Select(d => $"{d.Processor}, {d.Engine}, {d.Threads} thread{(d.Threads == 1 ? "" : "s")}");
        text.Append(CultureInfo.InvariantCulture, $"Measured on {string.Join(" and on ", devices)}, beside the original; accuracy on the validation split. " +
            $"Models marked * are on the frontier there.\n\n| | model | mAP50 | ms | 90 % below | speed-up |\n|---|---|---|---|---|---|\n");
        foreach (var p in view.Points)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {(p.OnFrontier ? "\\*" : "")} | {PointNames.Of(p)} | {p.Report.Map50:0.000} | " +
                $"{p.Report.Latency.Milliseconds:0.00} | {p.Report.Latency.Percentile90:0.00} | {PointText.SpeedUp(p)} |\n");
        }
    }
}
