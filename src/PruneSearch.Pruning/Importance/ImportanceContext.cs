using PruneSearch.Core.Detectors.Rules;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Weights;
using PruneSearch.Pruning.Compensation;

namespace PruneSearch.Pruning.Importance;

/// <summary>What criteria look at. What takes pictures to know is computed once, when the first criterion asks.</summary>
/// <param name="groups">The groups that may be pruned.</param>
/// <param name="calibration">Pictures, none for criteria that need none; seed and loss.</param>
/// <param name="reduction">How a group's tensors make one score.</param>
/// <param name="scores">How the network's outputs become scores; <see langword="null"/> where they are no detections.</param>
public sealed class ImportanceContext(
    Network network, WeightSet weights, IReadOnlyList<ChannelGroup> groups, CalibrationSet calibration, ScoreReduction reduction = ScoreReduction.Mean,
    ScoreRule? scores = null)
    : IDisposable
{
    private readonly HashSet<string> _groups = groups.Select(g => g.Name).ToHashSet(StringComparer.Ordinal);
    private IReadOnlyDictionary<string, ReaderStatistics>? _readers;

    /// <summary>The network whose channel groups are scored.</summary>
    public Network Network => network;

    /// <summary>Weights of that network, as they are before the pruning.</summary>
    public WeightSet Weights => weights;

    /// <summary>Seed of random scores.</summary>
    public int Seed => calibration.Seed;

    /// <summary>How a group's tensors make one score.</summary>
    public ScoreReduction Reduction => reduction;

    internal GradientStatistics Gradients => field ??= GradientStatistics.Collect(network, weights, calibration);

    internal ActivationStatistics Activations => field ??= ActivationStatistics.Collect(network, weights, calibration.RequirePictures());

    internal IReadOnlyDictionary<string, ReaderStatistics> Readers =>
        _readers ??= ReaderCollector.Collect(network, weights, _groups, calibration.RequirePictures(), calibration.Positions);

    internal IReadOnlyDictionary<string, double[]> Sensitivity =>
        field ??= OutputSensitivity.Collect(network, scores, weights, ReaderSite.Of(network, _groups), calibration.RequirePictures(), Seed);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var statistics in _readers?.Values ?? [])
        {
            statistics.Dispose();
        }
    }
}
