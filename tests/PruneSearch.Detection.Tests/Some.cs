using PruneSearch.Core.Detectors;
using PruneSearch.Core.Weights;

namespace PruneSearch.Tests.Detection;

/// <summary>Named test data.</summary>
internal static class Some
{
    /// <summary>The shared trained SSD-MobileNet-V2, batch norms folded.</summary>
    public static DetectorModel TrainedDetector(out WeightSet weights)
    {
        weights = Safetensors.Read(SharedData.Weights);
        return DetectorCatalog.Build(SsdMobileNetV2.FoldedSpec([.. File.ReadAllLines(SharedData.Labels).Where(l => l.Length > 0).Skip(1)]));
    }
}
