using PruneSearch.Core.Weights;
using PruneSearch.Data.Datasets;
using PruneSearch.Detection.Import;
using TorchSharp;
using static TorchSharp.torch;

namespace PruneSearch.Stages;

/// <summary>Builds the detector that a search starts from: random, or pretrained with its classes mapped to the data's.</summary>
internal sealed class BaseDetector(StageFiles files)
{
    /// <summary>Builds it.</summary>
    /// <param name="settings">Where it comes from.</param>
    /// <param name="train">Training split, for classes and calibration pictures.</param>
    /// <param name="seed">Seed of everything that is new.</param>
    /// <param name="device">Where to run calibration.</param>
    /// <param name="warnings">Takes what a user should know.</param>
    public (DetectorModel Model, WeightSet Weights) Build(BaseSettings settings, DetectionDataset train, int seed, Device device, List<string> warnings)
    {
        if (settings.WeightsSha256 is null)
        {
            var fresh = DetectorCatalog.Build(settings.Detector);
            return (fresh, RandomWeights.For(fresh, seed));
        }
        var source = DetectorCatalog.Build(settings.WeightsDetector ?? settings.Detector);
        var weights = files.ReadBaseWeights(settings.WeightsSha256);
        weights.RequireFit(source.Network, "base weights");
        var (spec, mapped, newClasses) = HeadMapping.Map(source, weights, settings.Detector.Classes, seed);
        if (newClasses.Count > 0)
        {
            warnings.Add($"classes without pretrained outputs start anew: {string.Join(", ", newClasses)}");
        }
        var model = DetectorCatalog.Build(spec);
        if (spec.BatchNorm || !settings.Detector.BatchNorm)
        {
            return (model, mapped);
        }
        warnings.Add($"batch norms that the weights had folded were put back with the statistics of {settings.CalibrationImages} training pictures");
        return BatchNormInsertion.Insert(model, mapped, Batches.Plain(train, settings.CalibrationImages, model.InputSpec, seed), device);
    }
}
