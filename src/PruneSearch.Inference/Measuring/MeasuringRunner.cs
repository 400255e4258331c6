using System.Text;
using System.Text.Json;
using PruneSearch.Core;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Settings;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;
using PruneSearch.Inference.Latency;
using PruneSearch.Inference.Onnx;

namespace PruneSearch.Inference.Measuring;

/// <summary>
/// Measures models that other slots trained, exported and put into the checkpoint store, and can do nothing else. Two models of one structure beside the
/// same dense structure are measured once on a device and class.
/// </summary>
/// <param name="threads">Threads within the network on this device; 0 for what the search says.</param>
/// <param name="provider">What computes; the processor when left out.</param>
public sealed class MeasuringRunner(ICheckpointStore store, TimeProvider time, int threads = 0, OnnxProvider? provider = null) : IStageRunner
{
    /// <inheritdoc/>
    public StageReport Run(StageJob job, Action<StageProgress> progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(progress);
        var stage = job.Description;
        if (stage is not { MeasureOn: { } deviceClass, Parent: { } parent })
        {
            throw new InputUnavailableException("this worker measures models and trains none");
        }
        var settings = stage.Measure.Engine == MeasuringEngine.OnnxRuntime ? stage.Measure with { Threads = threads > 0 ? threads : stage.Measure.Threads }
            : throw new StageFailedException($"engine '{EnumNames.Of(stage.Measure.Engine)}' does not run exported models, expected " +
                EnumNames.Of(MeasuringEngine.OnnxRuntime));
        progress(new StageProgress { Part = "restore" });
        long start = time.GetTimestamp();
        var report = Read<StageReport>(CheckpointNames.Report(parent));
        var dense = settings.Baseline ?? parent;
        byte[] denseFile = Read(CheckpointNames.Onnx(dense));
        var models = new Pair(ReadSpec(parent), ReadSpec(dense), denseFile, deviceClass);
        byte[] own = dense == parent ? denseFile : Read(CheckpointNames.Onnx(parent));
        byte[]? int8 = report.Quantised is null ? null : Read(CheckpointNames.Int8Onnx(parent));
        double restored = time.GetElapsedTime(start).TotalSeconds;
        progress(new StageProgress { Part = "measure" });
        start = time.GetTimestamp();
        var latency = Measure(models, own, FrontierPoints.TrainedPrecision, settings, cancellation);
        var quantised = int8 is null ? null : Measure(models, int8, FrontierPoints.QuantisedPrecision, settings, cancellation);
        return ReportOf(job.Key, report, latency, quantised) with
        {
            Seconds = new(StringComparer.Ordinal) { ["measure"] = time.GetElapsedTime(start).TotalSeconds, ["restore"] = restored },
            Finished = time.GetUtcNow(),
            Threads = settings.Threads,
        };
    }

    /// <summary>The report of a measurement: its model's, with the figures of another device.</summary>
    /// <param name="key">The measurement.</param>
    /// <param name="model">Report of the model's stage.</param>
    /// <param name="latency">Speed of the model.</param>
    /// <param name="quantised">Speed of its integer form; <see langword="null"/> where it has none.</param>
    public static StageReport ReportOf(StageKey key, StageReport model, LatencyReport latency, LatencyReport? quantised)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model with
        {
            Key = key,
            Measures = model.Key,
            Latency = latency,
            Quantised = model.Quantised is { } int8 && quantised is not null ? int8 with { Latency = quantised } : null,
            Processing = null,
            TrainedSteps = 0,
            TrainedIn = null,
            FinalLoss = null,
            Warnings = [],
            PeakMemoryBytes = 0,
            Seconds = new(StringComparer.Ordinal),
            Finished = null,
            Threads = 0,
        };
    }

    private sealed record Pair(DetectorSpec Candidate, DetectorSpec Dense, byte[] DenseFile, string DeviceClass);

    private LatencyReport Measure(Pair models, byte[] file, string precision, MeasureSettings settings, CancellationToken cancellation)
    {
        string name = CheckpointNames.Latency(LatencyIdentity.Of(
            models.Candidate, models.Dense, precision, OnnxLatencyEngine.DeviceOf(settings.Threads, provider), models.DeviceClass));
        if (Find(name) is { } known && LatencyIdentity.Serves(known, settings))
        {
            return known;
        }
        // What came before is cleared away now and not during the measurement.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        try
        {
            var latency = new LatencyMeter(time).Compare(
                () => new OnnxLatencyEngine(models.DenseFile, settings.Threads, "dense model", provider: provider),
                () => new OnnxLatencyEngine(file, settings.Threads, "candidate model", provider: provider), LatencyOptions.From(settings), cancellation);
            Wait(store.PutAsync(name, (stream, c) => JsonSerializer.SerializeAsync(stream, latency, CoreJson.Readable, c), PutCondition.None, cancellation));
            return latency;
        }
        catch (FormatException e)
        {
            throw new StageFailedException($"the exported model does not run here: {e.Message}", e);
        }
    }

    private LatencyReport? Find(string name)
    {
        try
        {
            return Wait(store.ExistsAsync(name)) ? JsonSerializer.Deserialize<LatencyReport>(Read(name), CoreJson.Readable) : null;
        }
        catch (JsonException)
        {
            return null; // another version wrote it: it is measured again
        }
    }

    private DetectorSpec ReadSpec(StageKey key) => DetectorSpec.FromJson(Encoding.UTF8.GetString(Read(CheckpointNames.Detector(key))),
        CheckpointNames.Detector(key));

    private T Read<T>(string name) => JsonSerializer.Deserialize<T>(Read(name), CoreJson.Readable)!;

    // What it reads was there when it was asked for: a worker that cannot read it lets another one try.
    private byte[] Read(string name)
    {
        try
        {
            return Wait(StageModels.ReadAsync(store, name, CancellationToken.None));
        }
        catch (IOException e)
        {
            throw new InputUnavailableException($"'{name}' cannot be read from the checkpoint store: {e.Message}", e);
        }
    }

    private static T Wait<T>(Task<T> task) => task.GetAwaiter().GetResult();
}
