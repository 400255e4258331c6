using PruneSearch.Core.Networks;
using PruneSearch.Core.Weights;

namespace PruneSearch.Pruning.Compensation;

/// <summary>A network and its weights.</summary>
/// <param name="Network">What is computed.</param>
/// <param name="Weights">All of its tensors.</param>
public sealed record WeightedNetwork(Network Network, WeightSet Weights);
