using System.Security.Cryptography;
using System.Text;
using PruneSearch.Detection.Import;
using PruneSearch.Inference.Costs;
using PruneSearch.Inference.Latency;
using PruneSearch.Pruning.Selection;

namespace PruneSearch.Stages;

/// <summary>What the layers of a detector cost on this machine: measured once for a dense structure and a device, and kept in the checkpoint store.</summary>
/// <param name="files">Keeps tables; none are kept when left out.</param>
/// <param name="settings">Threads, and the time limit of one measurement.</param>
internal sealed class DeviceCosts(StageFiles? files, MeasureSettings settings, TimeProvider time, CancellationToken cancellation)
{
    // A table serves all prunings of a detector on this machine.
    private const double Measurements = 10;

    /// <summary>Predictions for a detector, as shares of its dense form at the same input size; nothing is measured before they are asked for.</summary>
    /// <returns><see langword="null"/> where what counts is not ONNX Runtime.</returns>
    public Lazy<LatencyCosts>? Of(DetectorModel model) => settings.Engine != MeasuringEngine.OnnxRuntime ? null : new(() =>
    {
        var table = Table(model.Dense);
        return new LatencyCosts(table.ShareOf, table.Multiple);
    });

    private CostTable Table(DetectorModel dense)
    {
        string id = Identify(dense.Spec, settings.Threads);
        if (files?.ReadCosts(id) is { } known)
        {
            return known;
        }
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var table = new CostMeasuring(time).Measure(
            dense, m => RandomWeights.For(m, 1), settings.Threads, maxSeconds: Measurements * settings.MaxSeconds, cancellation: cancellation);
        files?.WriteCosts(id, table);
        return table;
    }

    /// <summary>The name of a table: another processor, number of threads, version of ONNX Runtime or structure has another.</summary>
    internal static string Identify(DetectorSpec dense, int threads) => Convert.ToHexStringLower(SHA256.HashData(
        Encoding.UTF8.GetBytes($"{LatencyIdentity.Structure(dense)}|{OnnxLatencyEngine.DeviceOf(threads)}|{CostMeasuring.Method}")));
}
