using PruneSearch.Core.Detectors;
using PruneSearch.Core.Stages;
using PruneSearch.Detection.Import;
using PruneSearch.Inference.Latency;
using PruneSearch.Inference.Onnx;

namespace PruneSearch.Cli.Detectors;

/// <summary>Measures detectors that pruning considers, in ONNX Runtime beside the dense one. Weights do not matter for speed.</summary>
/// <param name="detector">The detector that is pruned.</param>
/// <param name="settings">Threads and time limit of one measurement.</param>
/// <param name="time">Tells the time.</param>
/// <param name="cancellation">Gives up.</param>
internal sealed class CandidateLatency(DetectorModel detector, MeasureSettings settings, TimeProvider time, CancellationToken cancellation) : IDisposable
{
    private OnnxLatencyEngine? _dense;

    /// <summary>Latency of a detector as a share of the dense one's.</summary>
    public double Of(DetectorSpec candidate)
    {
        _dense ??= Engine(detector.Dense);
        using var engine = Engine(detector.With(candidate.Widths));
        return 1 / new LatencyMeter(time).Compare(_dense, engine, LatencyOptions.From(settings), cancellation).SpeedUp;
    }

    /// <inheritdoc/>
    public void Dispose() => _dense?.Dispose();

    private OnnxLatencyEngine Engine(DetectorModel model) =>
        new(OnnxExport.ToBytes(model, RandomWeights.For(model, 1)), settings.Threads, "candidate");
}
