using PruneSearch.Core.Weights;

namespace PruneSearch.Detection.Import;

/// <summary>A detector that came from a file of another program.</summary>
/// <param name="Weights">All of its tensors.</param>
/// <param name="Notes">What a user should know, one line each.</param>
public sealed record ImportedDetector(DetectorModel Model, WeightSet Weights, IReadOnlyList<string> Notes);
