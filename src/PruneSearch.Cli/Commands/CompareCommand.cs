using System.CommandLine;
using PruneSearch.Cli.Comparisons;
using PruneSearch.Connections.Sessions;
using PruneSearch.Core.Files;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Settings;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;
using PruneSearch.Inference.Latency;
using PruneSearch.Inference.Onnx;

namespace PruneSearch.Cli.Commands;

/// <summary>Measures the models of several searches side by side: which detector is the one to deploy?</summary>
internal static class CompareCommand
{
    private static readonly SettingType.Number Times = new(0, 1e6, true, false);

    public static Command Create(CliContext context)
    {
        var ids = new Argument<string[]>("ID") { Description = "The searches' identifiers, as list shows them", Arity = ArgumentArity.OneOrMore };
        var within = NumberOption.Several("--within", "Times in ms, 5, 10 and 20 when left out: the most accurate model within each is named", Times);
        var threads = SettingOption.WholeNumber<MeasureSettings>("threads");
        var seconds = SettingOption.Number<MeasureSettings>("max-seconds", standard: 60); // all models of all searches together
        Option<string?> csv = OutputOption.File("--csv", "Write all models as CSV"), png = OutputOption.File("--png", "Draw all models");
        var command = new Command("compare", "Measure the models of several searches side by side") { ids, within, threads, seconds, csv, png };
        command.SetAction((p, c) => ErrorLines.GuardAsync(context, () => RunAsync(
            context, PlaceOptions.Of(p),
            new Request(p.GetValue(ids)!, p.GetValue(within) is { Length: > 0 } times ? times : [5, 10, 20], new() { MaxSeconds = p.GetValue(seconds) },
                p.GetValue(threads), p.GetValue(csv), p.GetValue(png)), c), c));
        return command;
    }

    private static async Task<int> RunAsync(CliContext context, SearchPlace place, Request asked, CancellationToken cancellation)
    {
        string[] ids = asked.Ids;
        HomeFolder.RequireExisting(place, ids[0]);
        var found = new List<(string Search, FrontierPoint Point, byte[] File)>();
        var session = await context.Sessions.OpenAsync(place, work: false, cancellation);
        await using (session)
        {
            foreach (string id in ids.Distinct(StringComparer.Ordinal))
            {
                await HomeFolder.RequireSearchAsync(session, place, id);
                foreach (var point in (await session.FrontierAsync(id)).Points)
                {
                    string name = point.IsQuantised ? CheckpointNames.Int8Onnx(point.Report.Key) : CheckpointNames.Onnx(point.Report.Key);
                    found.Add((id, point, await StageModels.ReadAsync(session.Checkpoints, name, cancellation)));
                }
            }
        }
        if (found.Count == 0)
        {
            throw new FormatException($"{string.Join(", ", ids)}: no model is finished yet, expected at least one");
        }
        LatencyCandidate[] candidates = [.. found.Select(f => LatencyCandidate.Onnx(PointNames.Of(f.Point), f.File, asked.Threads))];
        var rows = (await Task.Run(() => LatencyTable.Measure(candidates, asked.Latency, context.Time, cancellation), cancellation)).Rows;
        var device = rows[0].Report.Device;
        List<ComparedModel> models =
            [.. found.Zip(rows, (f, r) => new ComparedModel(f.Search, PointNames.Of(f.Point), f.Point, r.Report.Milliseconds, r.Report.Percentile90))];
        await context.Output.WriteAsync($"{device.Processor}, {device.Engine}, {device.Threads} thread(s), batch 1, {models.Count} models side by side\n\n");
        await context.Output.WriteAsync(ComparisonText.Markdown(models, asked.Within));
        if (asked.Csv is { } csv)
        {
            AtomicFile.Write(csv, ComparisonText.Csv(models));
        }
        if (asked.Png is { } png)
        {
            AtomicFile.Write(png, ComparisonPlot.Draw(models, asked.Within));
        }
        return ExitCode.Ok;
    }

    // What of which searches is compared, how long, and where the answer goes besides the terminal.
    private sealed record Request(string[] Ids, double[] Within, LatencyOptions Latency, int Threads, string? Csv, string? Png);
}
