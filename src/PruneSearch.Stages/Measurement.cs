using System.Security.Cryptography;
using System.Text;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;
using PruneSearch.Inference.Latency;
using static TorchSharp.torch;

namespace PruneSearch.Stages;

/// <summary>
/// Measures a detector beside the dense one. Weights do not matter for speed, so one measurement serves all detectors of
/// the same structure on the same device.
/// </summary>
internal sealed class Measurement(StageFiles files, TimeProvider time, Device device)
{
    /// <summary>Latency of a model.</summary>
    /// <param name="model">The detector.</param>
    /// <param name="onnx">The same, exported.</param>
    /// <param name="settings">How to measure, and beside which dense stage.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="StageFailedException">The engine is not known.</exception>
    public LatencyReport Measure(DetectorModel model, byte[] onnx, MeasureSettings settings, CancellationToken cancellation)
    {
        using var candidate = Engine(settings, () => model, () => onnx, "candidate");
        string id = Identify(model.Spec, candidate.Device, settings.Baseline);
        if (files.ReadLatency(id) is { } known)
        {
            return known;
        }
        using var dense = settings.Baseline is { } key
            ? Engine(settings, () => files.ReadDetector(key).Model, () => files.ReadBytes(CheckpointNames.Onnx(key)), "dense")
            : Engine(settings, () => model, () => onnx, "dense");
        var latency = new LatencyMeter(time).Compare(dense, candidate, LatencyOptions.From(settings), cancellation);
        files.WriteLatency(id, latency);
        return latency;
    }

    private ILatencyEngine Engine(MeasureSettings settings, Func<DetectorModel> model, Func<byte[]> onnx, string source) => settings.Engine switch
    {
        "onnxruntime" => new OnnxLatencyEngine(onnx(), settings.Threads, source),
        "torch" => new TorchLatencyEngine(model(), device, settings.Threads),
        _ => throw new StageFailedException($"unknown engine '{settings.Engine}', expected onnxruntime or torch"),
    };

    private static string Identify(DetectorSpec spec, MeasuringDevice device, string? baseline)
    {
        string structure = (spec with { Classes = [.. spec.Classes.Select((_, i) => $"{i}")] }).ToJson();
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{structure}|{device}|{baseline}")));
    }
}
