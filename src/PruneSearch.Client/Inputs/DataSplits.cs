using PruneSearch.Data.Datasets;

namespace PruneSearch.Client.Inputs;

/// <summary>The splits of a search's data, read and checked.</summary>
/// <param name="Train">What detectors are trained on.</param>
/// <param name="Validation">What every stage is evaluated on.</param>
/// <param name="Test">What only the end of trajectories is evaluated on, for a report; <see langword="null"/> for none.</param>
public sealed record DataSplits(DetectionDataset Train, DetectionDataset Validation, DetectionDataset? Test)
{
    /// <summary>Whether a checkpoint store has them already: their manifests say where their pictures were, and are not written again.</summary>
    internal bool AreStored { get; init; }

    /// <summary>Those that there are.</summary>
    public IReadOnlyList<DetectionDataset> All => Test is null ? [Train, Validation] : [Train, Validation, Test];

    /// <summary>What was left out of the data, one line each.</summary>
    public IReadOnlyList<string> Warnings => [.. All.SelectMany(s => s.Warnings).Distinct()];
}
