using PruneSearch.Core.Detectors.Rules;
using PruneSearch.Data.Augmentation;

namespace PruneSearch.Data.Loading;

/// <summary>What a training loader delivers.</summary>
public sealed record TrainingLoaderOptions
{
    /// <summary>What the pictures must become.</summary>
    public required InputSpec Input { get; init; }

    /// <summary>Pictures a step, at least 1.</summary>
    public int BatchSize { get; init; } = 8;

    /// <summary>Seed of the order and of all augmentations.</summary>
    public long Seed { get; init; }

    /// <summary>What is changed in pictures at random; nothing by default.</summary>
    public AugmentationOptions Augmentation { get; init; } = AugmentationOptions.None;

    /// <summary>Bound of decoded pictures kept in memory, in bytes; 0 keeps none.</summary>
    public long CacheBytes { get; init; } = 1L << 30;

    /// <summary>Batches that are finished or in work ahead of the trainer, 1 to 64; never fewer than <see cref="Threads"/>.</summary>
    public int Prefetch { get; init; } = 2;

    /// <summary>
    /// Threads that load, 1 to 64, each a batch of its own. One is enough beside training on CPU cores, which it shares;
    /// a GPU can take more than one delivers.
    /// </summary>
    public int Threads { get; init; } = 1;
}
