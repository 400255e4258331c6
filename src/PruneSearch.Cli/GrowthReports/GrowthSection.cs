using System.Globalization;
using System.Text;
using PruneSearch.Cli.Following;
using PruneSearch.Cli.Growing;
using PruneSearch.Cli.Reports;
using PruneSearch.Core;
using PruneSearch.Core.Comparisons;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cli.GrowthReports;

/// <summary>The part of a page that tells of a search that decided itself what to try, in Markdown.</summary>
internal static class GrowthSection
{
    private const int MostMissing = 20;

    /// <summary>The section in Markdown.</summary>
    /// <param name="results">What all its trajectories came to, on the validation split.</param>
    /// <param name="test">Figures on the test split by stage; <see langword="null"/> for a search without one.</param>
    /// <param name="files">Names of the pictures and the CSV beside the page.</param>
    public static string Write(GrownSearch search, SearchResults results, IReadOnlyDictionary<StageKey, SplitScore>? test, ResultFiles files)
    {
        var text = new StringBuilder($"## {search.Plan.Name}\n\n{Introduction(search)}\n\n");
        if (search.Results.Trials.All(t => t.Results.Count == 0))
        {
            return text.Append("Nothing has finished yet.\n").ToString();
        }
        if (search.Plan.Growth!.Goal is { } goal)
        {
            text.Append(CultureInfo.InvariantCulture, $"**The answer:** {GoalText.Answer(goal, search.View)}\n\n");
        }
        text.Append(CultureInfo.InvariantCulture, $"![Accuracy over measured speed, a marker a model, with the frontier]({files.Frontier})\n\n");
        text.Append("### Models worth having\n\n");
        text.Append(Models(search, test)).Append('\n');
        text.Append(CultureInfo.InvariantCulture, $"### How the frontier grew\n\n![Hypervolume over slot time]({files.Growth})\n\n### What mattered\n\n");
        text.Append(ImportanceTable.Write(search.Results)).Append('\n');
        text.Append(CultureInfo.InvariantCulture, $"![A line a configuration, an axis a hyperparameter and objective]({files.Tried})\n\n");
        if (search.Results.Stops)
        {
            text.Append("### What was stopped\n\n").Append(RungTable.Write(search.Results)).Append('\n');
        }
        List(text, "What failed", [.. search.Status.Trajectories.Where(t => t.State == WorkState.Failed)
            .Select(t => $"`{t.Name}`: {ErrorText.OneLine(t.Reason ?? "unknown")}")]);
        List(text, "What stages warned of", [.. results.Warnings.Select(w =>
            $"{ReportFormat.Counted(w.Models.Count, "model")}, first `{w.Models[0]}`: {ErrorText.OneLine(w.Text)}.")]);
        List(text, "What it cost", [.. ResultCost.Of(results)]);
        return text.Append(CultureInfo.InvariantCulture,
            $"Every proposal, with why it was made: [{files.Proposals}]({files.Proposals}). Every trajectory: [{files.Csv}]({files.Csv}).\n").ToString();
    }

    private static string Introduction(GrownSearch search)
    {
        var (proposals, configurations) = (search.Results.Trials.Count, search.Results.Tried.Count);
        string launched = $"Search `{search.Plan.Id}`, launched {ReportFormat.Moment(search.Plan.Created)} UTC, {ProgressText.Of(search.Status.State)}";
        string made = $"{ReportFormat.Counted(proposals, "proposal")} of {ReportFormat.Counted(configurations, "configuration")}";
        string spent = search.Status.Growth is not { Spent: var s } ? ""
            : $", which took {ReportFormat.Span(s.Seconds)} of slot time and {ReportFormat.Count(s.Steps)} training steps";
        return $"{launched}: {GrowthText.Of(search.Plan.Growth!)}. It made {made}{spent}. Accuracy is that on the validation split where nothing else is said.";
    }

    // The originals and the frontier, with what each configuration was.
    private static string Models(GrownSearch search, IReadOnlyDictionary<StageKey, SplitScore>? test)
    {
        var what = search.Status.Trajectories.Where(t => t.Proposal is not null).ToDictionary(t => t.Name, t => t.Proposal!.What);
        var text = new StringBuilder($"| model | pruned | mAP50{(test is null ? "" : " | mAP50 (test)")} | speed-up | MACs | parameters | what |\n");
        text.Append(CultureInfo.InvariantCulture, $"|---|---|---|{(test is null ? "" : "---|")}---|---|---|---|\n");
        foreach (var p in search.View.Points.Where(p => p.OnFrontier || p.Schedule == ScheduleKind.Base))
        {
            var (r, l) = (p.Report, p.Report.Latency);
            string onTest = test is null ? "" : $" | {(!p.IsQuantised && test.TryGetValue(r.Key, out var s) ? ReportFormat.Accuracy(s.Map50) : "–")}";
            string speed = p is { Schedule: ScheduleKind.Base, IsQuantised: false } ? "1" : ReportFormat.SpeedUp(l.SpeedUp, l.SpeedUpLow, l.SpeedUpHigh);
            text.Append(CultureInfo.InvariantCulture,
                $"| {PointNames.Of(p)} | {ReportFormat.Share(p.Pruned)} | {ReportFormat.Accuracy(r.Map50)}{onTest} | {speed} | " +
                $"{ReportFormat.Millions(r.Macs)} | {ReportFormat.Millions(r.Parameters)} | {what.GetValueOrDefault(p.Trajectory, "")} |\n");
        }
        return text.ToString();
    }

    private static void List(StringBuilder text, string title, IReadOnlyList<string> items)
    {
        if (items.Count == 0)
        {
            return;
        }
        text.Append(CultureInfo.InvariantCulture, $"### {title}\n\n");
        foreach (string item in items.Take(MostMissing))
        {
            text.Append("- ").Append(item).Append('\n');
        }
        text.Append(items.Count > MostMissing ? $"- and {items.Count - MostMissing} more\n\n" : "\n");
    }
}
