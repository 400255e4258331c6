using PruneSearch.Client.Inputs;
using PruneSearch.Core.Searches;

namespace PruneSearch.Client.SearchFiles;

/// <summary>A search whose file, pictures and weights were all found to be right, and its plan.</summary>
public sealed class CheckedSearch
{
    internal CheckedSearch(SearchPlan plan, DataSplits data, BaseWeights? weights) => (Plan, Data, Weights) = (plan, data, weights);

    /// <summary>What the search does.</summary>
    public SearchPlan Plan { get; }

    /// <summary>The splits, every picture of which was looked at.</summary>
    public DataSplits Data { get; }

    /// <summary>What was left out of the data, one line each.</summary>
    public IReadOnlyList<string> Warnings => Data.Warnings;

    internal BaseWeights? Weights { get; }
}
