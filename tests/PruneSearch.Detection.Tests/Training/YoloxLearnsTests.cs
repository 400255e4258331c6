using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Yolox;
using PruneSearch.Core.Stages;
using PruneSearch.Data.Loading;
using PruneSearch.Data.Shapes;
using PruneSearch.Detection.Evaluation;
using PruneSearch.Detection.Import;
using PruneSearch.Detection.Training;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Detection.Training;

/// <summary>A tiny YOLOX learns a few drawn pictures by heart, which it cannot when rows answer for the wrong objects or a gradient is missing.</summary>
public sealed class YoloxLearnsTests
{
    private const int Size = 64, Pictures = 8, Steps = 80;

    [Fact]
    public void Its_loss_falls_and_it_finds_what_it_was_shown()
    {
        string folder = Directory.CreateTempSubdirectory("yolox").FullName;
        try
        {
            ShapesDataset.Write(folder, new ShapesOptions { Train = Pictures, Validation = 1, ImageSize = Size, MaxObjects = 2, MinEdge = 0.4 });
            var pictures = ShapesDataset.Read(folder, "train");
            var model = DetectorCatalog.Build(YoloxFamily.Spec(ShapesDataset.Classes, new YoloxOptions { Width = 0.125 }, Size));
            var loader = new TrainingLoader(pictures, new TrainingLoaderOptions { Input = model.InputSpec, BatchSize = Pictures });
            var settings = new FineTuneSettings { Steps = Steps, BatchSize = Pictures, LearningRate = 5e-3, ClipNorm = 0, Precision = Precision.Full };
            var start = RandomWeights.For(model, 1);
            using var trainer = new Trainer(model, start, settings, CPU);
            double first = double.NaN;

            for (int step = 0; step < Steps; step++)
            {
                using var batch = TrainingBatch.From(loader.Load(step), CPU);
                trainer.TrainOn(batch);
                first = step == 0 ? trainer.Loss : first;
            }

            double before = DetectorEvaluator.Evaluate(model, start, pictures, CPU).Ap50;
            double after = DetectorEvaluator.Evaluate(model, trainer.ToWeights(), pictures, CPU).Ap50;
            Assert.True(trainer.Loss < 0.7 * first, $"the loss went from {first} to {trainer.Loss}");
            Assert.True(before < 0.1 && after > 0.5, $"mAP50 went from {before} to {after}");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
