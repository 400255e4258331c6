using PruneSearch.Core.Detectors;
using PruneSearch.Core.Stages;
using PruneSearch.Detection.Import;
using PruneSearch.Inference.Latency;
using PruneSearch.Inference.Onnx;
using PruneSearch.Pruning.Selection;
using PruneSearch.Stages.Inputs;

namespace PruneSearch.Stages;

/// <summary>Measures detectors that pruning considers, in ONNX Runtime beside the dense one. Weights do not matter for speed.</summary>
/// <param name="detector">The detector that is pruned.</param>
/// <param name="settings">Threads and time limit of one measurement.</param>
/// <param name="store">Opens what keeps the costs of layers, when these are asked for.</param>
public sealed class CandidateLatency(
    DetectorModel detector, MeasureSettings settings, TimeProvider time, Func<ICheckpointStore> store, CancellationToken cancellation)
{
    private readonly MeasureSettings _settings = settings with { Engine = MeasuringEngine.OnnxRuntime };
    private byte[]? _dense;

    /// <summary>Latency of a detector as a share of the dense one's.</summary>
    public double Of(DetectorSpec candidate) =>
        1 / new LatencyMeter(time).Compare(_dense ??= File(detector.Dense), File(detector.With(candidate.Widths)), _settings, cancellation).SpeedUp;

    /// <summary>Predictions, from costs that are measured when they are asked for first.</summary>
    public Lazy<LatencyCosts> Costs => new(() =>
    {
        var opened = store();
        var files = new StageFiles(opened, new PictureInputs(opened, Path.GetTempPath()));
        return new DeviceCosts(files, _settings, time, cancellation).Of(detector)!.Value;
    });

    private static byte[] File(DetectorModel model) => OnnxExport.ToBytes(model, RandomWeights.For(model, 1));
}
