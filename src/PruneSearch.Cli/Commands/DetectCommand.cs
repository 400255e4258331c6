using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using PruneSearch.Cli.Detectors;
using PruneSearch.Core;
using PruneSearch.Core.Files;
using PruneSearch.Core.Stages;
using PruneSearch.Data.Drawing;
using PruneSearch.Data.Images;
using PruneSearch.Data.PostProcessing;
using PruneSearch.Inference.Detecting;

namespace PruneSearch.Cli.Commands;

/// <summary>Finds objects in pictures with an exported model, through ONNX Runtime alone.</summary>
internal static class DetectCommand
{
    public static Command Create(CliContext context)
    {
        var images = TextOption.Several("IMAGE", "Pictures, or folders of pictures; folders in them count");
        var model = TextOption.Create("--model", "Exported ONNX file, or a folder with detector.json and weights.safetensors", "MODEL");
        model.Required = true;
        var folder = OutputOption.Folder("--out", "Folder for the pictures with their objects drawn");
        var json = OutputOption.File("--json", "Write all objects as JSON");
        var score = NumberOption.Create("--score-threshold", "Smallest score of an object", 0.5f, 0f, 1f);
        var iou = NumberOption.Create("--iou-threshold", "Overlap above which the lower of two boxes goes (raw form)",
            new DetectionOptions().IouThreshold, 0f, 1f);
        var threads = SettingOption.WholeNumber<MeasureSettings>("threads");
        var command = new Command("detect", "Find objects in pictures with an exported model") { images, model, folder, json, score, iou, threads };
        command.SetAction((p, c) => ErrorLines.GuardAsync(context, () => Task.Run(() =>
            Run(context, new Request(p.GetValue(images)!, p.GetValue(folder), p.GetValue(json), p.GetValue(model)!, p.GetValue(threads),
                new DetectionOptions { ScoreThreshold = p.GetValue(score), IouThreshold = p.GetValue(iou) }), c), c), c));
        return command;
    }

    private static int Run(CliContext context, Request asked, CancellationToken cancellation)
    {
        var (arguments, folder, json, model, threads, options) = asked;
        var pictures = DetectedPictures.Find(context, arguments, folder);
        using var detector = OnnxDetector.Load(NamedDetector.ReadOnnx(model, folders: true), model, threads);
        if (folder is not null)
        {
            Directory.CreateDirectory(folder);
        }
        var results = new List<PictureResult>();
        int broken = 0;
        foreach (var (path, drawn) in pictures)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                var image = ImageDecoder.Decode(path);
                var found = detector.Detect(image, options, out var times);
                results.Add(PictureResult.From(path, image, found, detector.Spec.Classes));
                Show(context, results[^1], times);
                if (drawn is not null)
                {
                    DetectionDrawing.Save(image, found, detector.Spec.Classes, drawn);
                }
            }
            catch (ImageDecodeException e)
            {
                broken++; // the other pictures are looked at all the same
                context.Error.WriteLine($"prunesearch: {e.Message}");
            }
        }
        if (json is not null)
        {
            AtomicFile.Write(json, JsonSerializer.SerializeToUtf8Bytes(results, CoreJson.Readable));
        }
        if (folder is not null)
        {
            context.Output.WriteLine($"{results.Count} {(results.Count == 1 ? "picture" : "pictures")} written to {folder}");
        }
        return broken == 0 ? ExitCode.Ok : ExitCode.BadInput;
    }

    private static void Show(CliContext context, PictureResult result, DetectionTimes times)
    {
        int count = result.Objects.Count;
        context.Output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{result.File}: {count} {(count == 1 ? "object" : "objects")} ({times.PreProcessing:0.0} + {times.Network:0.0} + {times.PostProcessing:0.0} ms " +
            $"before, in and after the network)"));
        foreach (var o in result.Objects)
        {
            context.Output.WriteLine(
                FormattableString.Invariant($"  {o.Class} {o.Score:0.00}: left {o.Left:0}, top {o.Top:0}, right {o.Right:0}, bottom {o.Bottom:0}"));
        }
    }

    // Where pictures come from and where what is found in them goes; with which model, and how.
    private sealed record Request(string[] Images, string? Folder, string? Json, string Model, int Threads, DetectionOptions Options);
}
