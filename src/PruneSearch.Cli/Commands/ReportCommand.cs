using System.CommandLine;
using PruneSearch.Cli.GrowthReports;
using PruneSearch.Cli.Reports;
using PruneSearch.Client.SearchFiles;
using PruneSearch.Connections.Sessions;
using PruneSearch.Core.Comparisons;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Settings;
using PruneSearch.Core.Stages;
using PruneSearch.Data.Datasets;

namespace PruneSearch.Cli.Commands;

/// <summary>Writes what searches came to as a page with tables, pictures and sentences.</summary>
internal static class ReportCommand
{
    public static Command Create(CliContext context)
    {
        var ids = TextOption.Several("ID", "Identifiers of searches, as list shows them; each has a part of the page");
        var folder = OutputOption.Folder("--out", "Folder of the page (README.md), its pictures and CSV files");
        folder.DefaultValueFactory = _ => "report";
        var models = OutputOption.Folder("--models", "Write the best models as ONNX files too");
        var pictures = NumberOption.Create("--pictures", "Pictures of the test split (or validation split) drawn into the folder of --models: what the " +
            "original and the fastest of the best models find", 0, 0, 1000);
        var threads = NumberOption.Create("--threads", "Threads within the network while detectors are evaluated",
            Math.Clamp(Environment.ProcessorCount, 1, 8), (SettingType.WholeNumber)SettingOption.Of<MeasureSettings>("threads").Type);
        var command = new Command("report", "Write what searches came to as a page: tables, pictures, and what they say")
        {
            ids, folder, models, pictures, threads,
        };
        command.SetAction((p, c) => ErrorLines.GuardAsync(context, () => RunAsync(
            context, PlaceOptions.Of(p), p.GetValue(ids)!,
            new Settings(p.GetValue(folder)!, p.GetValue(models), p.GetValue(pictures), p.GetValue(threads)), c), c));
        return command;
    }

    private static async Task<int> RunAsync(CliContext context, SearchPlace place, string[] ids, Settings settings, CancellationToken cancellation)
    {
        if (settings.Pictures > 0 && settings.Models is null)
        {
            throw new SearchFileException("--pictures needs a folder to draw into, expected --models");
        }
        HomeFolder.RequireExisting(place, ids[0]);
        await using var session = await context.Sessions.OpenAsync(place, work: false, cancellation);
        var plans = new List<SearchPlan>();
        foreach (string id in ids)
        {
            await HomeFolder.RequireSearchAsync(session, place, id);
            plans.Add(await session.PlanAsync(id));
        }
        if (plans.GroupBy(p => p.Name).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new SearchFileException($"{string.Join(" and ", twice.Select(p => p.Id))} are both called '{twice.Key}' and would share one part of " +
                "the page, expected searches with different names");
        }
        foreach (var plan in plans)
        {
            await ReportAsync(context, session, plan, settings, cancellation);
        }
        return ExitCode.Ok;
    }

    private static async Task ReportAsync(CliContext context, ISearchSession session, SearchPlan plan, Settings settings, CancellationToken cancellation)
    {
        if (plan.Growth is not null)
        {
            await ReportGrownAsync(context, session, plan, settings, cancellation);
            return;
        }
        var points = (await session.FrontierAsync(plan.Id)).Points.Where(p => !p.IsQuantised);
        var search = ReportedSearch.Of(plan, await session.StatusAsync(plan.Id), points.Select(p => p.Report));
        var test = await TestSplit.ScoreAsync(context, session, plan, search, settings.Threads, cancellation);
        var validation = test is null ? await TestSplit.ValidationScoresAsync(session, plan, search, cancellation) : null;
        var results = SearchResults.From(plan, search, test?.Scores, validation);
        string page = ResultFiles.Write(results, settings.Folder, test?.Split.Samples.Count ?? 0, await DeviceSection.ReadAsync(session, plan));
        string lacking = results.Missing.Count == 0 ? "" : $"; {results.Missing.Count} of {plan.Trajectories.Count} trajectories are missing";
        await context.Output.WriteLineAsync($"{page}: {plan.Id}, accuracy on the {(results.OnTest ? "test" : "validation")} split{lacking}");
        await ShowModelsAsync(context, session, results, test?.Split, settings, cancellation);
    }

    // Of hundreds of models, only those that are worth having see the test split.
    private static async Task ReportGrownAsync(CliContext context, ISearchSession session, SearchPlan plan, Settings settings, CancellationToken cancellation)
    {
        var grown = await GrownSearch.ReadAsync(session, plan, cancellation);
        var worthwhile = grown.Worthwhile();
        var reports = ReportedSearch.Of(worthwhile, grown.Status, grown.View.Points.Where(p => !p.IsQuantised).Select(p => p.Report));
        var test = await TestSplit.ScoreAsync(context, session, worthwhile, reports, settings.Threads, cancellation);
        string page = GrowthFiles.Write(
            grown, grown.ToResults(grown.Plan, null), test?.Scores, settings.Folder, await DeviceSection.ReadAsync(session, plan));
        await context.Output.WriteLineAsync(
            $"{page}: {plan.Id}, accuracy on the validation split{(test is null ? "" : "; on the test split that of the frontier")}");
        await ShowModelsAsync(context, session, grown.ToResults(worthwhile, test?.Scores), test?.Split, settings, cancellation);
    }

    private static async Task ShowModelsAsync(
        CliContext context, ISearchSession session, SearchResults results, DetectionDataset? test, Settings settings, CancellationToken cancellation)
    {
        if (settings.Models is not { } folder)
        {
            return;
        }
        var best = new BestModelFiles(results, session.Checkpoints, folder);
        await ShowAsync(await best.ExportAsync(cancellation));
        if (settings.Pictures > 0)
        {
            var split = test ?? await Task.Run(() => TestSplit.Validation(session, results.Plan, cancellation), cancellation);
            await ShowAsync(await best.DrawAsync(split, settings.Pictures, cancellation));
        }

        async Task ShowAsync(IEnumerable<string> lines)
        {
            foreach (string line in lines)
            {
                await context.Output.WriteLineAsync(line);
            }
        }
    }

    private sealed record Settings(string Folder, string? Models, int Pictures, int Threads);
}
