using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Rules;
using PruneSearch.Core.Detectors.Ssd;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Weights;
using PruneSearch.Data.Datasets;
using PruneSearch.Data.Loading;
using PruneSearch.Detection.Training;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Pruning;

/// <summary>Named test data.</summary>
internal static class Some
{
    /// <summary>The shared trained SSD-MobileNet-V2, batch norms folded.</summary>
    public static DetectorModel TrainedDetector(out WeightSet weights)
    {
        weights = Safetensors.Read(SharedData.Weights);
        return DetectorCatalog.Build(SsdFamily.Spec([.. File.ReadAllLines(SharedData.Labels).Where(l => l.Length > 0).Skip(1)]) with { BatchNorm = false });
    }

    /// <summary>The smallest SSD-MobileNet-V2 that is one, with random weights.</summary>
    public static (DetectorModel Model, WeightSet Weights) SmallDetector(double width = 0.35)
    {
        var model = DetectorCatalog.Build(new DetectorSpec
        {
            Architecture = SsdFamily.Architecture,
            Classes = ["a", "b"],
            InputSize = 64,
            Options = new SsdOptions { WidthMultiplier = width, Extras = ExtraLayerStyle.Separable },
        });
        return (model, Weights(model.Network));
    }

    /// <summary>The validation photos.</summary>
    public static DetectionDataset Validation() => DatasetReader.ReadCoco(Path.Combine(SharedData.Voc, "val.json"), Path.Combine(SharedData.Voc, "images"));

    /// <summary>The first training photos, ready to run, in batches of 8; the caller owns them.</summary>
    public static List<Tensor> CalibrationPhotos(int count, int size)
    {
        var train = DatasetReader.ReadCoco(Path.Combine(SharedData.Voc, "train.json"), Path.Combine(SharedData.Voc, "images")).Take(count);
        return [.. new EvaluationLoader(train, InputSpec.Stretched(size)).Batches().Select(b => TrainingBatch.ToTensor(b, CPU))];
    }

    /// <summary>Values that differ from each other, in every tensor; variances and shifts are above 0.</summary>
    public static WeightSet Weights(Network network, int seed = 1)
    {
        var random = new Random(seed);
        var weights = new WeightSet();
        foreach (var tensor in network.Tensors)
        {
            double spread = tensor.Shape.Count == 4 ? Math.Sqrt(3.0 / (tensor.Shape[1] * tensor.Shape[2] * tensor.Shape[3])) : 0.5;
            // no channel is dead
            bool positive = tensor.Name.EndsWith("running_var", StringComparison.Ordinal) || tensor.Name.EndsWith("bn.bias", StringComparison.Ordinal);
            weights.Add(tensor.Name, new WeightTensor(tensor.Shape, [.. Enumerable.Range(0, (int)tensor.Length)
                .Select(_ => (float)(positive ? 0.5 + random.NextDouble() : (2 * random.NextDouble() - 1) * spread))]));
        }
        return weights;
    }

    /// <summary>Uniform noise in [−1, 1].</summary>
    public static Tensor Picture(int count, int height, int width, int seed = 1)
    {
        var random = new Random(seed);
        float[] values = [.. Enumerable.Range(0, count * 3 * height * width).Select(_ => random.NextSingle() * 2 - 1)];
        return tensor(values, [count, 3, height, width]);
    }
}
