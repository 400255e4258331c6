using System.CommandLine;
using PruneSearch.Cli.Detectors;
using PruneSearch.Client.SearchFiles;
using PruneSearch.Core.Files;
using PruneSearch.Data.Datasets;
using PruneSearch.Data.Metrics;
using PruneSearch.Detection.Devices;
using PruneSearch.Detection.Evaluation;

namespace PruneSearch.Cli.Commands;

/// <summary>Scores a detector on annotated pictures.</summary>
internal static class EvaluateCommand
{
    public static Command Create(CliContext context)
    {
        var detector = new Argument<string>("DETECTOR") { Description = "Folder with detector.json and weights.safetensors, or a safetensors file" };
        var labels = TextOption.Create("--labels", "For a weights file with folded batch norms: names of its outputs, background first", "FILE");
        var spec = TextOption.Create("--detector", "For a weights file: the detector.json it belongs to", "FILE");
        var data = new EvaluationData();
        var size = InputSizeOption.Create();
        var voc = new Option<bool>("--voc-ap") { Description = "Show Pascal VOC average precision too (11 points, all points)" };
        var json = OutputOption.File("--json", "Write all figures as JSON", terminal: true);
        var against = TextOption.Create("--against", "Folder of another detector, compared on the same resamples of the pictures", "FOLDER");
        var device = new Option<string>("--device") { Description = "cpu, cuda, cuda:N or auto", DefaultValueFactory = _ => "auto" };
        var command = new Command("evaluate", "Score a detector: the twelve COCO figures, AP of each class")
        {
            detector, labels, spec, size, against, voc, json, device,
        };
        data.AddTo(command);
        command.SetAction((p, cancellation) => ErrorLines.GuardAsync(context, async () =>
        {
            var named = NamedDetector.Read(p.GetValue(detector)!, DetectorForms.Folder | DetectorForms.WeightsFile, p.GetValue(labels), p.GetValue(spec))
                .At(p.GetValue(size));
            var (model, weights) = (named.Model, named.Weights!);
            var on = Devices.Select(p.GetValue(device)!);
            var dataset = await Task.Run(() => data.Read(context, p, model.Spec.Classes, cancellation), cancellation);
            var other = p.GetValue(against) is { } name ? NamedDetector.Read(name, DetectorForms.Folder) : null;
            var found = await Task.Run(() => DetectorEvaluator.Detect(model, weights, dataset, on, cancellation: cancellation), cancellation);
            var result = CocoEvaluator.Evaluate(dataset, found);
            var accuracy = new ResampledAccuracy(result, PictureBootstrap.Of(dataset, found));
            if (other is not null)
            {
                var others = await Task.Run(() => BadInput.Guard(() => DetectorEvaluator.Detect(
                    other.Model, other.Weights!, dataset, on, cancellation: cancellation)), cancellation);
                accuracy = accuracy.Beside(p.GetValue(against)!, CocoEvaluator.Evaluate(dataset, others), PictureBootstrap.Of(dataset, others));
            }
            string? file = p.GetValue(json);
            if (file != "-")
            {
                MetricsText.Write(context.Output, dataset, result, p.GetValue(voc) ? found : null);
                accuracy.Write(context.Output, dataset.Samples.Count);
            }
            string text = accuracy.ToJson();
            if (file == "-")
            {
                await context.Output.WriteAsync(text);
            }
            else if (file is not null)
            {
                AtomicFile.Write(file, text);
            }
            return ExitCode.Ok;
        }, cancellation));
        return command;
    }
}

/// <summary>Devices that command lines name.</summary>
internal static class Devices
{
    /// <summary>The device of a name.</summary>
    /// <exception cref="SearchFileException">There is none.</exception>
    public static TorchSharp.torch.Device Select(string name) => BadInput.Guard(() => TorchDevices.Select(name));
}
