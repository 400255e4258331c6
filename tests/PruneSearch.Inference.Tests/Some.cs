using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Ssd;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Weights;
using PruneSearch.Tests;

namespace PruneSearch.Inference.Tests;

/// <summary>Detectors and weights for tests.</summary>
internal static class Some
{
    public static readonly string[] Classes = ["cat", "dog", "bird"];

    /// <summary>A narrow detector on small pictures with batch norms.</summary>
    public static DetectorModel SmallDetector(bool batchNorm = true) => DetectorCatalog.Build(new DetectorSpec
    {
        Architecture = SsdFamily.Architecture,
        Classes = Classes,
        InputSize = 96,
        BatchNorm = batchNorm,
        Options = new SsdOptions { WidthMultiplier = 0.25 },
    });

    /// <summary>The trained detector with 23 classes and its weights.</summary>
    public static (DetectorModel Model, WeightSet Weights) TrainedDetector()
    {
        string[] names = [.. File.ReadAllLines(SharedData.Labels).Skip(1)];
        return (DetectorCatalog.Build(SsdFamily.Spec(names) with { BatchNorm = false }), Safetensors.Read(SharedData.Weights));
    }

    /// <summary>Random weights at the scale of trained ones, with batch norms that do something.</summary>
    public static WeightSet Weights(Network network, int seed)
    {
        var random = new Random(seed);
        var weights = new WeightSet();
        foreach (var tensor in network.Tensors)
        {
            int fanIn = tensor.Shape.Skip(1).Aggregate(1, (n, d) => n * d);
            bool norm = tensor.Name.Contains(".bn.", StringComparison.Ordinal);
            float Next() => tensor.Name switch
            {
                var n when n.EndsWith(".running_var", StringComparison.Ordinal) => 0.5f + random.NextSingle(),
                var n when norm && n.EndsWith(".weight", StringComparison.Ordinal) => 0.8f + 0.4f * random.NextSingle(),
                _ when tensor.Shape.Count == 1 => random.NextSingle() * 0.4f - 0.2f,
                _ => (random.NextSingle() * 2 - 1) * MathF.Sqrt(6f / fanIn),
            };
            weights[tensor.Name] = new WeightTensor(tensor.Shape, [.. Enumerable.Range(0, (int)tensor.Length).Select(_ => Next())]);
        }
        return weights;
    }

    /// <summary>The input that golden outputs belong to: sin(0.01 · flat index).</summary>
    public static float[] SinePicture(int size) => [.. Enumerable.Range(0, 3 * size * size).Select(i => (float)Math.Sin(0.01 * i))];

    /// <summary>Values in [−1, 1].</summary>
    public static float[] RandomPicture(int size, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, 3 * size * size).Select(_ => random.NextSingle() * 2 - 1)];
    }
}
