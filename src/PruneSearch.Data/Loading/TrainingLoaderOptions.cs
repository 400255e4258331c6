using PruneSearch.Data.Augmentation;

namespace PruneSearch.Data.Loading;

/// <summary>What a training loader delivers.</summary>
public sealed record TrainingLoaderOptions
{
    /// <summary>Edge of the detector's input in pixels, at least 1.</summary>
    public required int InputSize { get; init; }

    /// <summary>Pictures a step, at least 1.</summary>
    public int BatchSize { get; init; } = 8;

    /// <summary>Seed of the order and of all augmentations.</summary>
    public long Seed { get; init; }

    /// <summary>How pictures vary.</summary>
    public AugmentationOptions Augmentation { get; init; } = AugmentationOptions.None;

    /// <summary>Bound of decoded pictures kept in memory, in bytes; 0 keeps none.</summary>
    public long CacheBytes { get; init; } = 1L << 30;

    /// <summary>Finished batches that wait for the trainer, 1 to 64.</summary>
    public int Prefetch { get; init; } = 2;
}
