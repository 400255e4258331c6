using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using PruneSearch.Cli.Detectors;
using PruneSearch.Cli.Inspecting;
using PruneSearch.Client.SearchFiles;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Files;
using PruneSearch.Core.Settings;
using PruneSearch.Core.Stages;
using PruneSearch.Data.Datasets;
using PruneSearch.Inference.Onnx;
using PruneSearch.Pruning;
using PruneSearch.Stages;
using PruneSearch.Storage;

namespace PruneSearch.Cli.Commands;

/// <summary><c>prunesearch prune</c>: one step, without training.</summary>
internal static class PruneCommand
{
    private const DetectorForms Forms = DetectorForms.Folder | DetectorForms.SearchFile;

    public static Command Create(CliContext context)
    {
        var options = new PruneOptions();
        var source = new Argument<string>("DETECTOR") { Description = $"The detector: {NamedDetector.Expected(Forms)}" };
        var output = OutputOption.Folder("--out", "Folder for the pruned detector");
        output.Required = true;
        var ratio = NumberOption.Optional(
            "--ratio", "Share of the target that is gone afterwards; the highest level of a search file when left out",
            new SettingType.Number(0, 1, MinExclusive: false, MaxExclusive: true));
        var size = InputSizeOption.Create();
        var command = new Command("prune", "Prune a detector once, without training") { source, output, ratio, size };
        options.AddTo(command);
        command.SetAction((parsed, cancellation) => ErrorLines.GuardAsync(context, () => Task.Run(() =>
        {
            var input = NamedDetector.Read(parsed.GetValue(source)!, Forms).At(parsed.GetValue(size)).AsOriginal();
            string folder = parsed.GetValue(output)!;
            RequireNew(folder);
            var settings = options.Settings(parsed, input);
            settings = settings with
            {
                Ratio = parsed.GetValue(ratio)
                    ?? (input.Search is null ? throw new SearchFileException("--ratio is missing, expected a share from 0 to below 1") : settings.Ratio),
            };
            var clock = Stopwatch.StartNew();
            var pictures = options.Pictures(parsed, input, settings, Training, cancellation);

            DetectionDataset Training(SearchFile search)
            {
                return SearchData.ReadAsync(context, PlaceOptions.Of(parsed), search.Settings.Data, (launcher, bring) =>
                {
                    var data = launcher.ReadData(search.Settings.Data, cancellation);
                    Warnings.Write(context, data.Warnings);
                    return bring(data.Train);
                }, cancellation).GetAwaiter().GetResult();
            }

            try
            {
                var latency = new CandidateLatency(
                    input.Model, input.Search?.Settings.Measure ?? new MeasureSettings(), context.Time,
                    () => new FolderCheckpointStore(parsed.GetValue<string>("--home")!, context.Time), cancellation);
                var pruned = BadInput.Guard(() => PruningEngine.Prune(
                    input.Model, input.Weights!, settings, new CalibrationSet(pictures, options.Seed(parsed)),
                    latency: new(latency.Of, latency.Costs), cancellation: cancellation));
                var after = input.Model.With(pruned.Spec.Widths);
                OnnxAnswer.RequireFinite(OnnxExport.ToBytes(after, pruned.Weights), "the pruned detector");
                DetectorFolder.Write(folder, after, pruned.Weights);
                Report(context, input, settings, pruned, after, folder, clock.Elapsed);
            }
            finally
            {
                pictures.ForEach(p => p.Dispose());
            }
            return ExitCode.Ok;
        }, cancellation), cancellation));
        return command;
    }

    // Pruning may have taken minutes of somebody's time: it is not written over.
    private static void RequireNew(string folder)
    {
        foreach (string name in (string[])[DetectorFolder.DetectorFile, DetectorFolder.WeightsFile])
        {
            if (File.Exists(Path.Combine(folder, name)))
            {
                throw new SearchFileException($"--out '{folder}' has a {name} already, expected a folder without a detector");
            }
        }
        AtomicFolder.RequireWritable(folder);
    }

    private static void Report(CliContext context, NamedDetector input, PruneSettings settings, PruneResult pruned, DetectorModel after, string folder,
        TimeSpan took)
    {
        if (pruned.Plan.RemovesNothing)
        {
            context.Error.WriteLine(
                string.Create(CultureInfo.InvariantCulture, $"warning: pruning to {settings.Ratio:P0} removed nothing: widths are rounded to " +
                    $"{settings.RoundTo}, and never more than asked is removed"));
        }
        var before = input.Model;
        string how = settings.Compensate ? "compensated" : "not compensated";
        context.Output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"Removed {pruned.Channels.Removed:P1} of the channels of {string.Join(", ", settings.Groups)} (criterion {EnumNames.Of(settings.Criterion)}, " +
            $"{how}) in {took.TotalSeconds:0.0} s."));
        context.Output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"MACs {InspectText.Millions(before.Network.Macs)} → {InspectText.Millions(after.Network.Macs)}, parameters " +
            $"{InspectText.Millions(before.Network.Parameters)} → {InspectText.Millions(after.Network.Parameters)}"));
        if (after.Network.LeftOut.Count > 0)
        {
            context.Output.WriteLine($"Left out as a whole: {string.Join(", ", after.Network.LeftOut.Select(b => b.Name))}.");
        }
        if (Unpruned(before).Removed > 0)
        {
            context.Output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{input.Source} was pruned before: of all channels of the unpruned detector, {Unpruned(before).Removed:P1} were gone and " +
                $"{Unpruned(after).Removed:P1} are now."));
        }
        context.Output.WriteLine($"Written to {folder}: {DetectorFolder.DetectorFile}, {DetectorFolder.WeightsFile}, {DetectorFolder.LabelsFile}");
    }

    private static ChannelCount Unpruned(DetectorModel model) => ChannelCount.Of(DetectorCatalog.Build(model.Spec).Network);
}
