using PruneSearch.Core.Detectors;

namespace PruneSearch.Pruning.Selection;

/// <summary>How the latency of what is considered is known, for the target <c>latency</c>.</summary>
/// <param name="Measure">Measures a detector of some widths: its latency as a share of the dense one's, above 0. Each structure is measured once.</param>
/// <param name="Costs">
/// Predicts latencies, where <see cref="LatencyCosts.Serve"/>; asked for no other settings. Without it all that is considered is measured.
/// </param>
public sealed record LatencyTarget(Func<DetectorSpec, double> Measure, Lazy<LatencyCosts>? Costs = null);
