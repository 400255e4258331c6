using System.Text;
using PruneSearch.Core;
using PruneSearch.Core.Comparisons;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Settings;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cli.Reports;

/// <summary>The part of a page that tells of one search, in Markdown.</summary>
internal static class ResultSection
{
    private const int MostMissing = 20;

    /// <summary>The section in Markdown.</summary>
    /// <param name="results">What the search came to.</param>
    /// <param name="files">Names of the pictures and the CSV beside the page.</param>
    /// <param name="testPictures">Pictures of the test split.</param>
    public static string Write(SearchResults results, ResultFiles files, int testPictures)
    {
        var text = new StringBuilder($"## {results.Plan.Name}\n\n");
        text.Append(Introduction(results, testPictures)).Append(NumberTypes(results)).Append("\n\n");
        if (results.Missing.Count > 0)
        {
            text.Append($"**Missing:** {results.Missing.Count} of {results.Plan.Trajectories.Count} trajectories did not get to their end and stand " +
                "in no table.\n\n");
            List(text, results.Missing.Count <= MostMissing
                ? results.Missing : [.. results.Missing.Take(MostMissing), $"and {results.Missing.Count - MostMissing} more"]);
        }
        if (results.Arms.Count == 0)
        {
            return text.Append("Nothing has finished yet.\n").ToString();
        }
        text.Append("### What the figures say\n\n");
        List(text, new ResultSentences(results).All());
        text.Append($"![Accuracy over measured speed, a marker an arm and level, with the frontier]({files.Frontier})\n\n");
        if (ResultTable.Comparisons(results) is { Length: > 0 } comparisons)
        {
            text.Append("### Iterative against one-shot\n\nDifferences in mAP50 between runs of equal seed; the interval is that of the paired t-test.\n\n")
                .Append(comparisons).Append('\n');
        }
        foreach (string? variant in results.Variants)
        {
            text.Append($"### {(variant is null ? "All arms" : $"Variant {variant}")}\n\n");
            text.Append(Settings(results.Plan, variant)).Append("\n\n");
            text.Append(ResultTable.Write(results, variant)).Append('\n');
            text.Append($"![Accuracy against pruning level, a line an arm]({files.Levels(variant)})\n\n");
        }
        if (results.Warnings.Count > 0)
        {
            text.Append("### What stages warned of\n\n");
            List(text, [.. results.Warnings.Select(w => $"{Models(w.Models)}: {ErrorText.OneLine(w.Text)}.")]);
        }
        text.Append("### What it cost\n\n");
        List(text, ResultCost.Of(results));
        text.Append("### How to read the tables\n\n").Append(Reading(results, files));
        return text.ToString();
    }

    private static string Models(IReadOnlyList<string> names) => names.Count <= MostMissing
        ? ReportFormat.Listed([.. names.Select(n => $"`{n}`")])
        : $"{string.Join(", ", names.Take(MostMissing).Select(n => $"`{n}`"))} and {names.Count - MostMissing} more";

    private static string Introduction(SearchResults results, int testPictures)
    {
        string seeds = $"{ReportFormat.Counted(results.Seeds.Count, "seed")} ({string.Join(", ", results.Seeds)})";
        string counts = $"Search `{results.Plan.Id}`, launched {ReportFormat.Moment(results.Plan.Created)} UTC: {results.Trajectories.Count} of " +
            $"{results.Plan.Trajectories.Count} trajectories at their end, {seeds}.";
        return results.OnTest
            ? $"{counts} Accuracy is that of the last detector of each trajectory on the test split ({ReportFormat.Counted(testPictures, "picture")}), which " +
            "no stage saw; each was evaluated on it once."
            : $"{counts} The search names no test split: accuracy is that on the validation split, on which every stage was evaluated.";
    }

    private static string Settings(SearchPlan plan, string? variant)
    {
        var stages = plan.Trajectories.Where(t => t.Variant == variant).SelectMany(t => t.Stages).Where(s => s.Prune is not null).ToList();
        var (start, prune) = (plan.Trajectories[0].Stages[0], stages.Select(s => s.Prune).FirstOrDefault());
        var tune = stages.Select(s => s.FineTune).OfType<FineTuneSettings>().MinBy(f => f.Steps); // one iteration: other arms train longer at once
        if (prune is null)
        {
            return "Nothing is pruned.";
        }
        string pruning = $"Importance `{EnumNames.Of(prune.Criterion)}`, {EnumNames.Of(prune.Ranking)} ranking of {string.Join(", ", prune.Groups)} by " +
            $"{EnumNames.Of(prune.Target)}, {(prune.Compensate ? "with" : "without")} compensation.";
        string training = tune is null ? "Nothing is trained after pruning."
            : $"One fine-tuning is {Training(tune)}, with" +
                $"{Distillation(tune)}.";
        string size = stages.Select(s => s.InputSize).FirstOrDefault(s => s is not null) is { } edge
            ? $" Its detectors look at {edge}×{edge} pixels, the original at {start.Base?.InputSize}×{start.Base?.InputSize}; the dense control too." : "";
        string dense = start.FineTune is { } first ? $"was trained for {Training(first)}" : "is the pretrained detector as it is";
        return $"{pruning} {training}{size} The dense original {dense}.";
    }

    private static string Distillation(FineTuneSettings tune) => (tune.Distillation, tune.DistillationFeatures) switch
    {
        (0, 0) => "out distillation",
        (var outputs, 0) => FormattableString.Invariant($" distillation {outputs}"),
        (0, var features) => FormattableString.Invariant($" distillation of features {features}"),
        (var outputs, var features) => FormattableString.Invariant($" distillation {outputs} and of features {features}"),
    };

    private static string NumberTypes(SearchResults results)
    {
        string[] types = [.. results.Reports.Where(r => r.TrainedSteps > 0)
            .Select(r => r.TrainedIn is { } type ? EnumNames.Of(type) : "a number type that their reports do not name").Distinct()];
        return types.Length == 0 ? "" : $" Stages were trained in {string.Join(" and ", types)}.";
    }

    private static string Training(FineTuneSettings f) =>
        FormattableString.Invariant($"{f.Steps} steps of {f.BatchSize} pictures ({EnumNames.Of(f.Optimizer)}, learning rate {f.LearningRate})");

    private static string Reading(SearchResults results, ResultFiles files)
    {
        bool several = results.Seeds.Count > 1, controlled = results.Arms.Any(a => a.Schedule == ScheduleKind.DenseControl);
        string[] lines =
        [
            $"`n` is the number of seeds{(several ? "; accuracies are mean ± sample standard deviation over them, all other figures are means" : "")}.",
            "The speed-up compares with the dense original, measured alternately in the same run (ratio of medians); " +
            $"{(several ? "the mean over seeds, and in brackets the outer bounds of their 95 % intervals" : "its 95 % interval in brackets")}.",
            "Points are hundredths of mAP50 beyond the dense original, in brackets the 95 % interval of that difference over the choice of pictures: both " +
            "detectors on the same 1,000 bootstrap resamples of the split. One that holds 0 says that these pictures cannot tell the two apart.",
            .. several ? ["In the pictures, large markers are means over seeds, small ones single seeds; bars and bands are ± one sample standard deviation. " +
                "The frontier is that of the means."] : Array.Empty<string>(),
            $"Levels are shares of the dense original{Before(results)}.",
            "Steps and time are those after the dense original, stages that other trajectories share " +
            $"included{(controlled ? "; a dense control trains as long as the longest iterative trajectory" : "")}.",
            $"Every trajectory: [{files.Csv}]({files.Csv}).",
        ];
        return string.Concat(lines.Select(l => $"- {l}\n"));
    }

    private static string Before(SearchResults results) => results.Original?.Results[0].Report.Unpruned is { Removed: > 0 } before
        ? $", which was pruned before: of all channels of the unpruned network, {ReportFormat.Share(before.Removed)} were gone" : "";

    private static void List(StringBuilder text, IReadOnlyList<string> items)
    {
        foreach (string item in items)
        {
            text.Append("- ").Append(item).Append('\n');
        }
        text.Append('\n');
    }
}
