using PruneSearch.Client.Inputs;
using PruneSearch.Core.Stages;

namespace PruneSearch.Client.SearchFiles;

/// <summary>A training whose file, pictures and weights were all found to be right.</summary>
public sealed class CheckedTraining
{
    internal CheckedTraining(StageDescription stage, DataSplits data, BaseWeights? weights) =>
        (Stage, Data, Weights) = (stage, data, weights);

    /// <summary>What is trained and how: the first stage of a search with the same file, so both give the same weights.</summary>
    public StageDescription Stage { get; }

    /// <summary>The splits, every picture of which was looked at.</summary>
    public DataSplits Data { get; }

    /// <summary>What was left out of the data, one line each.</summary>
    public IReadOnlyList<string> Warnings => Data.Warnings;

    internal BaseWeights? Weights { get; }
}
