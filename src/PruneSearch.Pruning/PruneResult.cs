using PruneSearch.Core.Detectors;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Weights;
using PruneSearch.Pruning.Shrinking;

namespace PruneSearch.Pruning;

/// <summary>A pruned detector and what was taken from it.</summary>
/// <param name="Spec">Its specification; <see cref="DetectorModel.With"/> makes the detector from the one that was pruned.</param>
/// <param name="Plan">What was taken; tells when that is nothing, and cuts optimizer state and averages the same way.</param>
/// <param name="Channels">Channels of the selected groups in the dense detector and now.</param>
public sealed record PruneResult(DetectorSpec Spec, WeightSet Weights, PruningPlan Plan, ChannelCount Channels);
