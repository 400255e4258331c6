using System.Runtime.InteropServices;
using PruneSearch.Core.Comparisons;
using PruneSearch.Inference.Latency;

namespace PruneSearch.Cli.Reports;

/// <summary>What a search cost, what the stage tree saved, and where it ran.</summary>
internal static class ResultCost
{
    public static IReadOnlyList<string> Of(SearchResults results)
    {
        var s = results.Saving;
        var lines = new List<string>
        {
            $"**Stage tree:** {ReportFormat.Counted(s.Stages, "distinct stage")} ran {ReportFormat.Count(s.Steps)} training steps. " +
            "Each trajectory on its own would have run " +
            $"{ReportFormat.Counted(s.SeparateStages, "stage")} with {ReportFormat.Count(s.SeparateSteps)} steps: {ReportFormat.Share(s.StepShare)} of the " +
            "steps were enough, " +
            $"and {ReportFormat.Share(s.SecondShare)} of the time ({ReportFormat.Span(s.Seconds)} instead of {ReportFormat.Span(s.SeparateSeconds)}, " +
            "summed over stages).",
        };
        DateTimeOffset[] finished = [.. results.Reports.Select(r => r.Finished).OfType<DateTimeOffset>().Order()];
        if (finished.Length > 1)
        {
            lines.Add($"**Wall time:** {ReportFormat.Span((finished[^1] - finished[0]).TotalSeconds)} between the first and the last report " +
                $"({ReportFormat.Moment(finished[0])} to {ReportFormat.Moment(finished[^1])} UTC), pauses and stages that other searches had run " +
                "before included.");
        }
        lines.AddRange(results.Reports.Select(r => r.Latency.Device).Distinct().Select(d =>
            $"**Measured on:** {d.Processor}, {d.Engine}, {ReportFormat.Counted(d.Threads, "thread")}, batch 1{Here(d.Processor)}."));
        return lines;
    }

    // Reports name the processor; of this machine more can be told, when it is the same one.
    private static string Here(string processor) =>
        processor == ProcessorName.Current ? "; the machine of this report has the same processor, " +
        $"{ReportFormat.Counted(Environment.ProcessorCount, "core")}, {RuntimeInformation.OSDescription}" : "";
}
