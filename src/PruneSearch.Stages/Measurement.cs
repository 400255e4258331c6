using System.Security.Cryptography;
using System.Text;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;
using PruneSearch.Inference.Latency;
using PruneSearch.Inference.Onnx;

namespace PruneSearch.Stages;

/// <summary>
/// Measures an exported detector beside the dense one. Weights do not matter for speed, so one measurement serves all
/// detectors of the same structure on the same device.
/// </summary>
internal sealed class Measurement(StageFiles files, TimeProvider time)
{
    /// <summary>Latency of a model.</summary>
    /// <param name="spec">Its structure.</param>
    /// <param name="onnx">The exported model.</param>
    /// <param name="settings">How to measure, and beside which dense stage.</param>
    /// <param name="cancellation">Gives up.</param>
    public LatencyReport Measure(DetectorSpec spec, byte[] onnx, MeasureSettings settings, CancellationToken cancellation)
    {
        string id = Identify(spec, settings);
        if (files.ReadLatency(id) is { } known)
        {
            return known;
        }
        byte[] dense = settings.Baseline is { } baseline ? files.ReadBytes(CheckpointNames.Onnx(baseline)) : onnx;
        var latency = new LatencyMeter(time).Compare(dense, onnx, settings, cancellation);
        files.WriteLatency(id, latency);
        return latency;
    }

    private static string Identify(DetectorSpec spec, MeasureSettings settings)
    {
        string structure = (spec with { Classes = [.. spec.Classes.Select((_, i) => $"{i}")] }).ToJson();
        string device = $"{ProcessorName.Current}|{OnnxSession.Engine}|{settings.Engine}|{settings.Threads}|{settings.Baseline}";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(structure + device)));
    }
}
