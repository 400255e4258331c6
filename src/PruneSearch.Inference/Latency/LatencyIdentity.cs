using System.Security.Cryptography;
using System.Text;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Stages;

namespace PruneSearch.Inference.Latency;

/// <summary>
/// Under what a measured latency is kept. Weights do not matter for speed, so one measurement serves all detectors of the same structure beside the
/// same dense structure on the same device.
/// </summary>
public static class LatencyIdentity
{
    /// <summary>The identity, 64 lower-case hexadecimal digits.</summary>
    /// <param name="dense">The one that it is compared with.</param>
    /// <param name="precision">What the detector computes with.</param>
    /// <param name="deviceClass">Device class whose slot measured; <see langword="null"/> for the slot that trained.</param>
    public static string Of(DetectorSpec spec, DetectorSpec dense, string precision, MeasuringDevice device, string? deviceClass = null) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
            $"{Structure(spec)}|{precision}|{device}|{Structure(dense)}|{LatencyMeter.Method}{(deviceClass is null ? "" : $"|{deviceClass}")}")));

    /// <summary>Whether a measurement that was made before serves one with these settings.</summary>
    public static bool Serves(LatencyReport known, MeasureSettings settings) => known.Converged || known.MaxSeconds >= settings.MaxSeconds;

    /// <summary>What of a detector its speed depends on: all but the names of its classes, of which only the number matters.</summary>
    public static string Structure(DetectorSpec spec) => (spec with { Classes = [.. spec.Classes.Select((_, i) => $"{i}")] }).ToJson();
}
