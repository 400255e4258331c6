using System.CommandLine;
using System.Globalization;
using PruneSearch.Cli.Detectors;
using PruneSearch.Cli.Sensitivities;
using PruneSearch.Client.SearchFiles;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Files;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Settings;
using PruneSearch.Detection.Evaluation;
using PruneSearch.Pruning;
using PruneSearch.Pruning.Sensitivity;
using static TorchSharp.torch;

namespace PruneSearch.Cli.Commands;

/// <summary><c>prunesearch sensitivity</c>: what it costs to prune each group alone.</summary>
internal static class SensitivityCommand
{
    private static readonly double[] DefaultRatios = [0.25, 0.5, 0.75];

    public static Command Create(CliContext context)
    {
        var options = new PruneOptions("target", "protect", "min-width", "max-group-ratio", "ranking");
        var file = new Argument<string>("FILE") { Description = "The search file (YAML): its data, and its detector unless --detector says another" };
        var detector = TextOption.Create("--detector", "Folder with detector.json and weights.safetensors", "FOLDER");
        var ratios = NumberOption.Several("--ratios", "Shares of a group's channels that go; 0.25 0.5 0.75 when left out",
            (SettingType.Number)((SettingType.Several)SettingOption.Of<TrajectorySettings>("levels").Type).Item);
        var images = NumberOption.Optional("--images", "Take only the first pictures of the validation split", 1, int.MaxValue);
        var csv = OutputOption.File("--csv", "Write the table as CSV");
        var png = OutputOption.File("--png", "Draw a heat map");
        var command = new Command("sensitivity", "Prune each channel group alone and show what that costs in mAP") { file, detector, ratios, images, csv, png };
        options.AddTo(command);
        command.SetAction((parsed, cancellation) => ErrorLines.GuardAsync(context, () => Task.Run(async () =>
        {
            var search = SearchFileReader.Read(parsed.GetValue(file)!);
            var named = NamedDetector.Read(parsed.GetValue(detector) ?? search.Path, DetectorForms.Folder | DetectorForms.SearchFile);
            var input = named.AsOriginal() with { Search = search };
            double[] shares = Ratios(parsed.GetValue(ratios));
            var settings = options.Settings(parsed, input) with { RoundTo = options.RoundTo(parsed) ?? 1 };
            var (train, validation) = await SearchData.ReadAsync(context, PlaceOptions.Of(parsed), search.Settings.Data, (launcher, bring) =>
            {
                var data = launcher.ReadData(search.Settings.Data, cancellation);
                Warnings.Write(context, data.Warnings);
                return (bring(data.Train), bring(data.Validation));
            }, cancellation);
            validation = parsed.GetValue(images) is { } first ? validation.Take(first) : validation;
            double Evaluate(DetectorModel model, Core.Weights.WeightSet weights) =>
                DetectorEvaluator.Evaluate(model, weights, validation, CPU, cancellation: cancellation).Ap50;
            var pictures = options.Pictures(parsed, input, settings, _ => train, cancellation);
            var rows = new List<GroupSensitivity>();
            double whole = 0;
            BadInput.Guard(() =>
            {
                whole = Evaluate(input.Model, input.Weights!);
                context.Output.WriteLine(
                    string.Create(CultureInfo.InvariantCulture, $"mAP50 of the detector as it is: {whole:0.000} ({validation.Samples.Count} pictures)"));
                foreach (var row in SensitivityScan.Run(input.Model, input.Weights!, settings, shares, new CalibrationSet(pictures, options.Seed(parsed)),
                    Evaluate, cancellation))
                {
                    rows.Add(row);
                    context.Output.WriteLine(SensitivityText.Line(row));
                }
                return rows;
            });
            pictures.ForEach(p => p.Dispose());
            Consoles.For(context).Write(SensitivityText.Table(rows, whole));
            if (parsed.GetValue(csv) is { } csvPath)
            {
                AtomicFile.Write(csvPath, SensitivityText.Csv(rows, whole));
            }
            if (parsed.GetValue(png) is { } pngPath)
            {
                AtomicFile.Write(pngPath, SensitivityPlot.Draw(rows, whole, settings));
            }
            return ExitCode.Ok;
        }, cancellation), cancellation));
        return command;
    }

    private static double[] Ratios(double[]? said) => said is { Length: > 0 } ? [.. said.Distinct().Order()] : DefaultRatios;
}
