using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Rules;
using PruneSearch.Core.Detectors.Ssd;
using PruneSearch.Core.Weights;
using PruneSearch.Data.Loading;
using PruneSearch.Detection;
using PruneSearch.Detection.Import;
using PruneSearch.Detection.Training;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Detection;

/// <summary>Named test data.</summary>
internal static class Some
{
    /// <summary>The shared trained SSD-MobileNet-V2, batch norms folded.</summary>
    public static DetectorModel TrainedDetector(out WeightSet weights)
    {
        weights = Safetensors.Read(SharedData.Weights);
        return DetectorCatalog.Build(SsdFamily.Spec([.. File.ReadAllLines(SharedData.Labels).Where(l => l.Length > 0).Skip(1)]) with { BatchNorm = false });
    }

    /// <summary>A small detector with two classes and random weights.</summary>
    public static DetectorModel SmallDetector(out WeightSet weights, bool batchNorm = true, ScoreFunction scores = ScoreFunction.Sigmoid)
    {
        var model = DetectorCatalog.Build(
            SsdFamily.Spec(["circle", "square"], new SsdOptions { WidthMultiplier = 0.25, Scores = scores }) with { InputSize = 64, BatchNorm = batchNorm });
        weights = RandomWeights.For(model, 1);
        return model;
    }

    /// <summary>Pictures of noise with a square, red or green by its class; equal numbers give equal batches.</summary>
    public static TrainingBatch Batch(int number, int count = 4, int size = 64, TorchSharp.torch.Device? device = null)
    {
        var random = new Random(number);
        float[] pixels = new float[count * size * size * 3];
        var objects = new List<BatchImage>();
        for (int n = 0; n < count; n++)
        {
            int edge = random.Next(size / 4, size / 2), top = random.Next(size - edge), left = random.Next(size - edge);
            for (int i = 0; i < size * size; i++)
            {
                var (y, x) = Math.DivRem(i, size);
                bool inside = y >= top && y < top + edge && x >= left && x < left + edge;
                for (int c = 0; c < 3; c++)
                {
                    pixels[(n * size * size + i) * 3 + c] = inside ? (c == n % 2 ? 0.9f : 0.3f) : random.NextSingle() - 1;
                }
            }
            objects.Add(Image((n % 2, (float)top / size, (float)left / size, (float)(top + edge) / size, (float)(left + edge) / size)));
        }
        return new TrainingBatch(AlignedTensor.Of(pixels, [count, size, size, 3], device).permute(0, 3, 1, 2), objects);
    }

    /// <summary>A picture of a batch with some objects: class and ymin, xmin, ymax, xmax.</summary>
    public static BatchImage Image(params (int Class, float YMin, float XMin, float YMax, float XMax)[] objects) => new()
    {
        SampleIndex = 0,
        ImageId = 1,
        Width = 100,
        Height = 100,
        Boxes = [.. objects.Select(o => new PruneSearch.Data.PostProcessing.BoxCorners(o.YMin, o.XMin, o.YMax, o.XMax))],
        Classes = [.. objects.Select(o => o.Class)],
    };
}
