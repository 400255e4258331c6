using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using PruneSearch.Client.SearchFiles;
using PruneSearch.Connections.Sessions;
using PruneSearch.Core;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Files;
using PruneSearch.Core.Settings;
using PruneSearch.Core.Stages;
using PruneSearch.Stages;
using PruneSearch.Storage;

namespace PruneSearch.Cli.Commands;

/// <summary>Trains the base detector of a search file, without a search.</summary>
internal static class TrainCommand
{
    private const string ReportFile = "training.json", WorkFolder = ".training";

    public static Command Create(CliContext context)
    {
        var file = new Argument<string>("FILE") { Description = "Search file; its data, detector and detector.fine-tune are used" };
        var folder = OutputOption.Folder("--out", "Folder for detector.json, weights.safetensors and training.json");
        folder.Required = true;
        var device = new Option<string>("--device") { Description = "cpu, cuda, cuda:N or auto", DefaultValueFactory = _ => "auto" };
        var force = new Option<bool>("--force") { Description = "Replace a detector that is in the folder already" };
        var command = new Command("train", "Train the detector of a search file; repeat the command to go on after an interruption")
        {
            file, folder, device, force,
        };
        command.SetAction((p, c) => ErrorLines.GuardAsync(context, () =>
            RunAsync(context, PlaceOptions.Of(p), p.GetValue(file)!, p.GetValue(folder)!, p.GetValue(device)!, p.GetValue(force), c), c));
        return command;
    }

    private static async Task<int> RunAsync(CliContext context, SearchPlace place, string file, string folder, string device, bool force,
        CancellationToken cancellation)
    {
        Devices.Select(device);
        var source = SearchFileReader.ReadTraining(file);
        string work = Path.Combine(folder, WorkFolder);
        await context.Output.WriteLineAsync($"Checking data and weights of {file} …");
        var training = await SearchData.ReadAsync(context, place, source.Data, (launcher, bring) =>
        {
            var found = launcher.Check(source, cancellation);
            bring(found.Data.Train);
            bring(found.Data.Validation);
            return found;
        }, cancellation);
        Warnings.Write(context, training.Warnings);
        string key = training.Stage.ComputeKey();
        if (TrainingReport.Read(Path.Combine(folder, ReportFile)) is { } known && known.Key == key && !force)
        {
            await context.Output.WriteLineAsync($"{folder} holds the result of this training already.");
            return ExitCode.Ok;
        }
        if (File.Exists(Path.Combine(folder, DetectorFolder.DetectorFile)) && !force)
        {
            throw new SearchFileException($"{folder}: holds another detector, expected an empty folder or --force");
        }
        RemoveOtherTrainings(work, key);
        var store = new FolderCheckpointStore(work, context.Time);
        await SearchLauncher.PublishAsync(training, store, cancellation);
        await context.Output.WriteLineAsync($"{training.Data.Train.Samples.Count} training and {training.Data.Validation.Samples.Count} validation pictures, " +
            $"classes {string.Join(", ", training.Data.Train.Classes)}");
        var progress = new TrainingProgress(context);
        TrainedDetector trained;
        try
        {
            trained = await TrainAsync(context, new DetectorTraining(store, new StageRunnerOptions { Device = device }, context.Time), training.Stage, progress,
                cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            await context.Error.WriteLineAsync("Interrupted; the state is saved. Repeat the command to go on.");
            return ExitCode.Interrupted;
        }
        catch (StageFailedException e)
        {
            await context.Error.WriteLineAsync($"prunesearch: {e.Message}");
            return ExitCode.Failed;
        }
        Warnings.Write(context, trained.Warnings);
        var used = source.FineTune with { Precision = trained.TrainedIn };
        DetectorFolder.Write(folder, trained.Model, trained.Weights);
        TrainingReport.From(trained, used).Write(Path.Combine(folder, ReportFile));
        Directory.Delete(work, recursive: true);
        MetricsText.Write(context.Output, training.Data.Validation, trained.Metrics);
        await context.Output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"Trained {used.Steps} steps of {used.BatchSize} pictures in {EnumNames.Of(used.Precision)}; the last part took " +
            $"{TimeSpan.FromSeconds(trained.TrainingSeconds):h\\:mm\\:ss}, peak memory {trained.PeakMemoryBytes / 1e9:0.0} GB"));
        await context.Output.WriteLineAsync($"Written to {folder}: {DetectorFolder.DetectorFile}, {DetectorFolder.WeightsFile}, " +
            $"{DetectorFolder.LabelsFile}, {ReportFile}");
        return ExitCode.Ok;
    }

    // On a thread of its own: training keeps it busy for as long as it takes.
    private static Task<TrainedDetector> TrainAsync(CliContext context, DetectorTraining training, StageDescription stage, TrainingProgress progress,
        CancellationToken cancellation) =>
        Task.Factory.StartNew(() => training.Run(stage, progress.Show, cancellation), cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static void RemoveOtherTrainings(string work, string key)
    {
        string stages = Path.Combine(work, "stages");
        if (Directory.Exists(stages) && Directory.EnumerateDirectories(stages).Any(d => Path.GetFileName(d) != key))
        {
            Directory.Delete(work, recursive: true); // the file or the data changed since: its state is of no use
        }
    }
}

/// <summary>How a detector in a folder came about.</summary>
internal sealed record TrainingReport
{
    /// <summary>Identity of the training: equal keys give equal weights.</summary>
    public required string Key { get; init; }

    public required FineTuneSettings FineTune { get; init; }

    /// <summary>Smoothed loss of the last steps.</summary>
    public required double Loss { get; init; }

    /// <summary>Mean average precision at IoU .5 on the validation split.</summary>
    public required double Map50 { get; init; }

    /// <summary>Mean average precision over IoU .5 to .95 on the validation split.</summary>
    public required double Map { get; init; }

    /// <summary>Seconds of training since it was last started.</summary>
    public required double Seconds { get; init; }

    /// <summary>Largest resident memory of the process in bytes.</summary>
    public required long PeakMemoryBytes { get; init; }

    public static TrainingReport From(TrainedDetector trained, FineTuneSettings settings) => new()
    {
        Key = trained.Key,
        FineTune = settings,
        Loss = trained.Loss,
        Map50 = trained.Metrics.Ap50,
        Map = trained.Metrics.Ap,
        Seconds = trained.TrainingSeconds,
        PeakMemoryBytes = trained.PeakMemoryBytes,
    };

    /// <summary>The report of a folder; <see langword="null"/> when there is none that can be read.</summary>
    public static TrainingReport? Read(string path)
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize<TrainingReport>(File.ReadAllText(path), CoreJson.Readable) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public void Write(string path) => AtomicFile.Write(path, JsonSerializer.Serialize(this, CoreJson.Readable) + "\n");
}
