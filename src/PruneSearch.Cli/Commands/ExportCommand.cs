using System.CommandLine;
using System.Globalization;
using PruneSearch.Cli.Frontiers;
using PruneSearch.Connections.Sessions;
using PruneSearch.Core.Files;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Settings;
using PruneSearch.Core.Storage;
using PruneSearch.Data.PostProcessing;
using PruneSearch.Inference.Onnx;

namespace PruneSearch.Cli.Commands;

/// <summary>Gets a model out of a search.</summary>
internal static class ExportCommand
{
    private const string Any = "any";
    private const int AnyBatch = 0;

    public static Command Create(CliContext context)
    {
        var id = new Argument<string>("ID") { Description = "The search's identifier, as list shows it" };
        var point = new Argument<string>("POINT")
        {
            Description = "The model's name, as frontier shows it, without spaces (original, one-shot-20, iterative-40#2), or the beginning of its key",
        };
        var onnx = OutputOption.File("--onnx", "The file to write");
        onnx.Required = true;
        var raw = new Option<bool>("--raw") { Description = "Raw head outputs instead of boxes, scores and labels" };
        var batch = new Option<int>("--batch")
        {
            Description = "Pictures a run of the raw form: a number, or any",
            DefaultValueFactory = _ => 1,
            HelpName = "N",
            Arity = ArgumentArity.ExactlyOne,
        };
        batch.CustomParser = r => r.Tokens[^1].Value == Any
            ? AnyBatch : NumberOption.Read(r, r.Tokens[^1].Value, new SettingType.WholeNumber(1, 4096), $", or {Any}") as int? ?? AnyBatch;
        var opset = NumberOption.Create("--opset", "ONNX operator set", OnnxExport.MinOpset, OnnxExport.MinOpset, OnnxExport.MaxOpset);
        var standard = new DetectionOptions();
        var score = NumberOption.Create("--score-threshold", "Smallest score of a detection", standard.ScoreThreshold, 0f, 1f);
        var iou = NumberOption.Create("--iou-threshold", "Overlap above which the lower of two boxes goes", standard.IouThreshold, 0f, 1f);
        var perClass = NumberOption.Create("--max-per-class", "Most detections of a class", standard.MaxPerClass, 1, 10_000);
        var total = NumberOption.Optional("--max-total", "Most detections in all; any number when left out", 1, 100_000);
        var command = new Command("export", "Write a model of a search as ONNX file") { id, point, onnx, raw, batch, opset, score, iou, perClass, total };
        DetectionOptions Detections(ParseResult p) => new()
        {
            ScoreThreshold = p.GetValue(score),
            IouThreshold = p.GetValue(iou),
            MaxPerClass = p.GetValue(perClass),
            MaxTotal = p.GetValue(total),
        };
        Settings Chosen(ParseResult p) =>
            new(p.GetValue(raw), p.GetValue(batch) is not AnyBatch and var pictures ? pictures : null, p.GetValue(opset), Detections(p));
        command.SetAction((p, c) => ErrorLines.GuardAsync(
            context, () => RunAsync(context, PlaceOptions.Of(p), p.GetValue(id)!, p.GetValue(point)!, p.GetValue(onnx)!, Chosen(p), c), c));
        return command;
    }

    private static async Task<int> RunAsync(CliContext context, SearchPlace place, string id, string name, string path, Settings settings,
        CancellationToken cancellation)
    {
        HomeFolder.RequireExisting(place, id);
        if (!settings.Raw && settings.Batch != 1)
        {
            throw new FormatException("--batch belongs to the raw form, expected --raw beside it: detections come out one picture at a time");
        }
        await using var session = await context.Sessions.OpenAsync(place, work: false, cancellation);
        await HomeFolder.RequireSearchAsync(session, place, id);
        var point = PointNames.Find(await session.FrontierAsync(id), name);
        byte[] file = point.IsQuantised
            ? await QuantisedAsync(session.Checkpoints, point, settings, cancellation)
            : await StageModels.ExportAsync(session.Checkpoints, point.Report.Key, new OnnxExportOptions
            {
                BatchSize = settings.Batch,
                Opset = settings.Opset,
                Metadata = StageModels.Metadata(id, PointNames.Of(point), point.Report.Key),
            }, settings.Raw ? null : settings.Detections, cancellation);
        AtomicFile.Write(path, file);
        await context.Output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"{path}: {PointNames.Of(point)} of {id}, {(settings.Raw ? "raw" : "end to end")}, {point.Precision}, {file.Length / 1e6:0.00} MB, mAP50 " +
            $"{point.Report.Map50:0.000}, {PointText.SpeedUp(point)}"));
        return ExitCode.Ok;
    }

    // Its ranges were calibrated when its stage ran: the file of then is what was evaluated and measured.
    private static async Task<byte[]> QuantisedAsync(ICheckpointStore store, FrontierPoint point, Settings settings, CancellationToken cancellation)
    {
        if (settings.Batch != 1 || settings.Opset != OnnxExport.MinOpset)
        {
            throw new FormatException($"{PointNames.Of(point)}: an integer model is kept as it was measured, expected --batch 1 and --opset " +
                $"{OnnxExport.MinOpset}");
        }
        return await StageModels.ExportQuantisedAsync(store, point.Report.Key, settings.Raw ? null : settings.Detections, cancellation);
    }

    private sealed record Settings(bool Raw, int? Batch, int Opset, DetectionOptions Detections);
}
