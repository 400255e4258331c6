using PruneSearch.Client.SearchFiles.Schema;
using PruneSearch.Core.Stages;

namespace PruneSearch.Client.SearchFiles;

/// <summary>Turns the values of a training into its settings.</summary>
internal static class FineTuneMapping
{
    /// <summary>The settings; <see langword="null"/> where nothing is trained.</summary>
    /// <param name="v">What the file says.</param>
    /// <param name="pruning">What the training prepares for.</param>
    public static FineTuneSettings? Map(Values? v, PruningMapping pruning) => v is null ? null : new FineTuneSettings
    {
        Steps = v.Value<int>("steps"),
        BatchSize = v.Value<int>("batch-size"),
        Optimizer = v.Text("optimizer"),
        LearningRate = v.Value<double>("learning-rate"),
        WeightDecay = v.Value<double>("weight-decay"),
        Momentum = v.Value<double>("momentum"),
        WarmUp = v.Value<double>("warm-up"),
        EmaDecay = v.Value<double>("ema-decay"),
        ClipNorm = v.Value<double>("clip-norm"),
        Flip = v.Value<bool>("flip"),
        Crop = v.Value<bool>("crop"),
        Expand = v.Value<bool>("expand"),
        Photometric = v.Value<bool>("photometric"),
        Mosaic = v.Value<bool>("mosaic"),
        Distillation = v.Value<double>("distillation"),
        DistillationBoxes = v.Value<double>("distillation-boxes"),
        Precision = v.Text("precision"),
        CarryOptimizer = v.Value<bool>("carry-optimizer"),
        Regularisation = pruning.Regularisation(v.Optional<Values>("regularisation")),
    };
}
