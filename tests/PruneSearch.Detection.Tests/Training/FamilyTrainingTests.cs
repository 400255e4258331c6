using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.RetinaNet;
using PruneSearch.Core.Detectors.Yolox;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Weights;
using PruneSearch.Detection.Import;
using PruneSearch.Detection.Training;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Detection.Training;

/// <summary>The training of a small YOLOX or RetinaNet goes on after a stop as if there had been none.</summary>
public sealed class FamilyTrainingTests
{
    private static readonly string[] Classes = ["circle", "square"];
    private static readonly DetectorModel Yolox = DetectorCatalog.Build(YoloxFamily.Spec(Classes, new() { Width = 0.125 }, 64));
    private static readonly DetectorModel RetinaNet = DetectorCatalog.Build(RetinaNetFamily.Spec(
        Classes, new() { WidthMultiplier = 0.25, PyramidWidth = 64, HeadDepth = 1, HeadNorms = HeadNorms.PerLevel, AnchorScale = 2 }, 64));

    private static readonly FineTuneSettings Settings = new() { Steps = 12, BatchSize = 4, LearningRate = 1e-3, EmaDecay = 0.9 };

    [Theory]
    [InlineData(YoloxFamily.Architecture, OptimizerKind.AdamW)]
    [InlineData(YoloxFamily.Architecture, OptimizerKind.Sgd)]
    [InlineData(RetinaNetFamily.Architecture, OptimizerKind.AdamW)]
    [InlineData(RetinaNetFamily.Architecture, OptimizerKind.Sgd)]
    public void Stopping_and_resuming_gives_the_same_bytes(string family, OptimizerKind optimizer)
    {
        var model = family == YoloxFamily.Architecture ? Yolox : RetinaNet;
        var settings = Settings with { Optimizer = optimizer };
        var weights = RandomWeights.For(model, 1);
        using var whole = new Trainer(model, weights, settings, CPU);
        Train(whole, 0, 12);
        using var stored = new MemoryStream();
        using (var first = new Trainer(model, weights, settings, CPU))
        {
            Train(first, 0, 5);
            first.ToSnapshot().Write(stored);
        }
        stored.Position = 0;
        using var second = new Trainer(model, weights, settings, CPU);
        second.Restore(TrainingSnapshot.Read(stored, "snapshot"));
        Train(second, 5, 12); // the last steps of YOLOX have the L1 term

        Assert.Equal(Bytes(whole.ToWeights()), Bytes(second.ToWeights()));
        Assert.NotEqual(Bytes(weights), Bytes(second.ToWeights()));
    }

    private static void Train(Trainer trainer, int from, int to)
    {
        for (int step = from; step < to; step++)
        {
            using var batch = Some.Batch(step);
            trainer.TrainOn(batch);
        }
    }

    private static byte[] Bytes(WeightSet weights)
    {
        using var stream = new MemoryStream();
        Safetensors.Write(stream, weights);
        return stream.ToArray();
    }
}
