using PruneSearch.Core.Searches;
using PruneSearch.Data.Datasets;

namespace PruneSearch.Client.SearchFiles;

/// <summary>A search whose file, pictures and weights were all found to be right, and its plan.</summary>
public sealed class CheckedSearch
{
    internal CheckedSearch(SearchPlan plan, DetectionDataset train, DetectionDataset validation, BaseWeights? weights)
    {
        Plan = plan;
        Train = train;
        Validation = validation;
        Weights = weights;
    }

    /// <summary>What the search does.</summary>
    public SearchPlan Plan { get; }

    /// <summary>The training split.</summary>
    public DetectionDataset Train { get; }

    /// <summary>The validation split.</summary>
    public DetectionDataset Validation { get; }

    /// <summary>What was left out of the data, one line each.</summary>
    public IReadOnlyList<string> Warnings => [.. Train.Warnings, .. Validation.Warnings];

    internal BaseWeights? Weights { get; }
}
