using PruneSearch.Core;
using PruneSearch.Data.Augmentation;
using PruneSearch.Data.Datasets;

namespace PruneSearch.Data.Loading;

/// <summary>Picks pictures to look at where not all are needed: for calibration, for statistics.</summary>
public static class SeededChoice
{
    /// <summary>Some pictures of a data set in random order; the same for the same seed on every machine, and all if there are fewer.</summary>
    /// <param name="dataset">Where from.</param>
    /// <param name="count">How many at most.</param>
    public static DetectionDataset Of(DetectionDataset dataset, int count, int seed) =>
        dataset with { Samples = [.. new SeededRandom(seed).Permutation(dataset.Samples.Count).Take(count).Select(i => dataset.Samples[i])] };
}
