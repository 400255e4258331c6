using PruneSearch.Core.Stages;
using PruneSearch.Data.Datasets;

namespace PruneSearch.Client.SearchFiles;

/// <summary>A training whose file, pictures and weights were all found to be right.</summary>
public sealed class CheckedTraining
{
    internal CheckedTraining(StageDescription stage, DetectionDataset train, DetectionDataset validation, BaseWeights? weights)
    {
        Stage = stage;
        Train = train;
        Validation = validation;
        Weights = weights;
    }

    /// <summary>What is trained and how: the first stage of a search with the same file, so both give the same weights.</summary>
    public StageDescription Stage { get; }

    /// <summary>The training split.</summary>
    public DetectionDataset Train { get; }

    /// <summary>The validation split.</summary>
    public DetectionDataset Validation { get; }

    /// <summary>What was left out of the data, one line each.</summary>
    public IReadOnlyList<string> Warnings => [.. Train.Warnings, .. Validation.Warnings];

    internal BaseWeights? Weights { get; }
}
