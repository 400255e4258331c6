using PruneSearch.Core.Detectors.Rules;
using PruneSearch.Data.Augmentation;
using PruneSearch.Data.Datasets;
using PruneSearch.Data.Loading;
using PruneSearch.Detection.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace PruneSearch.Stages;

/// <summary>Pictures of a data set as tensors.</summary>
internal static class Batches
{
    private const int CalibrationBatch = 8, MaxLoaders = 8;

    /// <summary>Batches for training from one step to the last. A CPU loads beside training on one thread, a GPU is fed by several.</summary>
    public static IEnumerable<TrainingBatch> Training(StageContext context, FineTuneSettings settings, InputSpec input, int fromStep, ImageCache cache)
    {
        var loader = new TrainingLoader(context.Train, new TrainingLoaderOptions
        {
            Input = input,
            BatchSize = settings.BatchSize,
            Seed = context.Seed,
            Augmentation = AugmentationOptions.From(settings),
            Threads = context.Device.type == DeviceType.CUDA ? Math.Clamp(Environment.ProcessorCount / 2, 1, MaxLoaders) : 1,
        }, cache);
        return loader.Batches(fromStep, settings.Steps, context.Cancellation).Select(b =>
        {
            var batch = TrainingBatch.From(b, context.Device);
            loader.Recycle(b);
            return batch;
        });
    }

    /// <summary>Training pictures as they are, chosen by the seed; at most as many as there are.</summary>
    /// <returns>Batches <c>[N, 3, S, S]</c>; the caller disposes each.</returns>
    public static IEnumerable<Tensor> Plain(DetectionDataset train, int count, InputSpec input, int seed) =>
        Annotated(train, count, input, seed).Select(b => b.Images);

    /// <summary>The same with what the pictures show.</summary>
    /// <returns>Batches; the caller disposes each.</returns>
    public static IEnumerable<TrainingBatch> Annotated(DetectionDataset train, int count, InputSpec input, int seed) =>
        new EvaluationLoader(SeededChoice.Of(train, count, seed), input, CalibrationBatch).Batches().Select(b => TrainingBatch.From(b, CPU));
}
