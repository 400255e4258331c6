using PruneSearch.Core.Networks;
using PruneSearch.Core.Weights;
using PruneSearch.Data.Datasets;
using PruneSearch.Detection.Import;
using TorchSharp;
using static TorchSharp.torch;

namespace PruneSearch.Stages;

/// <summary>
/// Builds the detector that a search starts from: random, random behind a pretrained backbone, or pretrained with its classes mapped to the
/// data's.
/// </summary>
internal sealed class BaseDetector(StageFiles files)
{
    /// <param name="settings">Where it comes from.</param>
    /// <param name="train">Training split, for classes and calibration pictures.</param>
    /// <param name="seed">Seed of everything that is new.</param>
    /// <param name="device">Where to run calibration.</param>
    /// <param name="warnings">Takes what a user should know.</param>
    public (DetectorModel Model, WeightSet Weights) Build(BaseSettings settings, DetectionDataset train, int seed, Device device, List<string> warnings)
    {
        if (settings.BackboneSha256 is { } backbone)
        {
            return OnBackbone(settings, backbone, train, seed, device, warnings);
        }
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
        warnings.Add(PutBack(settings));
        return BatchNormInsertion.Insert(model, mapped, Batches.Plain(train, settings.CalibrationImages, model.InputSpec, seed), device);
    }

    // Where the file has its norms folded, those of the backbone are put back; what is new keeps the norms of a random start.
    private (DetectorModel Model, WeightSet Weights) OnBackbone(
        BaseSettings settings, string sha256, DetectionDataset train, int seed, Device device, List<string> warnings)
    {
        var found = BackboneWeights.Take(settings.Detector, files.ReadBaseWeights(sha256), "backbone weights");
        var model = DetectorCatalog.Build(settings.Detector);
        var weights = RandomWeights.For(model, seed);
        var taken = found.Tensors;
        warnings.Add($"{taken.Count} of {found.Model.Network.Tensors.Count} tensors, up to layer '{found.LastLayer}', come from the backbone weights; "
            + "the others start random");
        if (model.Spec.BatchNorm && !found.Model.Spec.BatchNorm)
        {
            var start = RandomWeights.For(found.Model, seed);
            Copy(taken, start, taken.Keys);
            var pictures = Batches.Plain(train, settings.CalibrationImages, model.InputSpec, seed);
            var whole = BatchNormInsertion.Insert(found.Model.Network, model.Network, start, pictures, device);
            var norms = model.Network.Layers.OfType<BatchNormLayer>()
                .Where(n => taken.ContainsKey(((ConvLayer)model.Network[n.Inputs[0]]).Weight)).Select(n => n.Tensors + ".").ToList();
            Copy(whole, weights, whole.Keys.Where(k => taken.ContainsKey(k) || norms.Any(n => k.StartsWith(n, StringComparison.Ordinal))));
            warnings.Add(PutBack(settings));
        }
        else
        {
            Copy(taken, weights, taken.Keys);
        }
        weights.RequireFit(model.Network, "base detector");
        return (model, weights);
    }

    private static string PutBack(BaseSettings settings) =>
        $"batch norms that the weights had folded were put back with the statistics of {settings.CalibrationImages} training pictures";

    private static void Copy(WeightSet from, WeightSet to, IEnumerable<string> names)
    {
        foreach (string name in names)
        {
            to[name] = from[name];
        }
    }
}
