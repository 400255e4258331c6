using PruneSearch.Core.Comparisons;
using PruneSearch.Core.Files;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Storage;
using PruneSearch.Data.Datasets;
using PruneSearch.Data.Drawing;
using PruneSearch.Data.Images;
using PruneSearch.Data.PostProcessing;
using PruneSearch.Inference.Detecting;
using PruneSearch.Inference.Onnx;

namespace PruneSearch.Cli.Reports;

/// <summary>The best models of a search as ONNX files, and what the fastest of them finds beside what the original finds.</summary>
internal sealed class BestModelFiles(SearchResults results, ICheckpointStore store, string folder)
{
    private const float ShownScore = 0.5f;

    /// <summary>Exports the best models end to end.</summary>
    /// <returns>One line each.</returns>
    /// <exception cref="IOException">The store cannot be read or the folder cannot be written.</exception>
    public async Task<IReadOnlyList<string>> ExportAsync(CancellationToken cancellation)
    {
        var lines = new List<string>();
        Directory.CreateDirectory(folder);
        foreach (var model in BestModel.Of(results).GroupBy(b => b.Result.Report.Key))
        {
            var result = model.First().Result;
            string path = Path.Combine(folder, $"{results.Plan.Name}-{result.Name}.onnx");
            AtomicFile.Write(path, await ModelAsync(result, new DetectionOptions(), cancellation));
            lines.Add($"{path}: {string.Join(", ", model.Select(b => Words(b.At)))}; validation mAP50 {ReportFormat.Accuracy(result.Report.Map50)}" +
                (result.Test is { } t ? $", test mAP50 {ReportFormat.Accuracy(t.Map50)}" : "") +
                $", {ReportFormat.SpeedUp(result.SpeedUp, result.Report.Latency.SpeedUpLow, result.Report.Latency.SpeedUpHigh)}");
        }
        return lines;
    }

    /// <summary>Draws what the dense original and the first of the best models find, side by side, in pictures spread over a split.</summary>
    /// <returns>The files.</returns>
    /// <exception cref="IOException">The store or a picture cannot be read, or the folder cannot be written.</exception>
    public async Task<IReadOnlyList<string>> DrawAsync(DetectionDataset split, int count, CancellationToken cancellation)
    {
        var files = new List<string>();
        if (BestModel.Of(results) is not [{ Result: var best }, ..] || Original(best) is not { } original)
        {
            return files;
        }
        Directory.CreateDirectory(folder);
        using var before = await DetectorAsync(original, cancellation);
        using var after = await DetectorAsync(best, cancellation);
        string[] titles = ["original", $"{best.Name}, {FormattableString.Invariant($"{best.SpeedUp:0.00}")} times as fast"];
        count = Math.Min(count, split.Samples.Count);
        for (int i = 0; i < count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var sample = split.Samples[(int)((i + 0.5) * split.Samples.Count / count)];
            var image = ImageDecoder.Decode(split.PathOf(sample));
            var options = new DetectionOptions { ScoreThreshold = ShownScore };
            string path = Path.Combine(folder, $"{results.Plan.Name}-{Path.GetFileNameWithoutExtension(sample.File)}.jpg");
            DetectionDrawing.SaveBeside(image, [(titles[0], before.Detect(image, options)), (titles[1], after.Detect(image, options))],
                before.Spec.Classes, path);
            files.Add(path);
        }
        return files;
    }

    private TrajectoryResult? Original(TrajectoryResult best) =>
        results.Trajectories.FirstOrDefault(t => t.Schedule == ScheduleKind.Base && t.Seed == best.Seed);

    private async Task<OnnxDetector> DetectorAsync(TrajectoryResult result, CancellationToken cancellation)
    {
        string name = CheckpointNames.Onnx(result.Report.Key);
        return OnnxDetector.Load(await StageModels.ReadAsync(store, name, cancellation), name);
    }

    private Task<byte[]> ModelAsync(TrajectoryResult result, DetectionOptions options, CancellationToken cancellation) => StageModels.ExportAsync(
        store, result.Report.Key, new OnnxExportOptions { Metadata = StageModels.Metadata(results.Plan.Id, result.Name, result.Report.Key) }, options,
        cancellation);

    private static string Words(BestAt at) => at switch
    {
        BestAt.FastestAtFullAccuracy => "the fastest that is at least as accurate as the dense control",
        BestAt.MostAccurate => "the most accurate of the pruned",
        _ => "the knee of the frontier",
    };
}
