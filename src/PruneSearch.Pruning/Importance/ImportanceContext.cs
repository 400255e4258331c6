using PruneSearch.Core.Detectors.Rules;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Weights;
using PruneSearch.Pruning.Compensation;
using static TorchSharp.torch;

namespace PruneSearch.Pruning.Importance;

/// <summary>What criteria look at. What takes pictures to know is computed once, when the first criterion asks.</summary>
public sealed class ImportanceContext : IDisposable
{
    private readonly Lazy<GradientStatistics> _gradients;
    private readonly Lazy<ActivationStatistics> _activations;
    private readonly Lazy<IReadOnlyDictionary<string, ReaderStatistics>> _readers;
    private readonly Lazy<IReadOnlyDictionary<string, double[]>> _sensitivity;

    /// <summary>Gathers what there is.</summary>
    /// <param name="network">The network.</param>
    /// <param name="weights">Its weights.</param>
    /// <param name="groups">The groups that may be pruned.</param>
    /// <param name="calibration">Batches of pictures <c>[N, 3, size, size]</c> in [−1, 1]; empty for criteria that need none. The caller owns them.</param>
    /// <param name="seed">Seed of random scores.</param>
    /// <param name="loss">Loss of one picture by its outputs and its index; <see langword="null"/> for the mean square of all outputs, which needs no labels.</param>
    /// <param name="reduction">How a group's tensors make one score.</param>
    /// <param name="scores">How the network's outputs become scores; <see langword="null"/> where they are no detections.</param>
    public ImportanceContext(
        Network network,
        WeightSet weights,
        IReadOnlyList<ChannelGroup> groups,
        IReadOnlyList<Tensor> calibration,
        int seed = 0,
        Func<IReadOnlyDictionary<string, Tensor>, int, Tensor>? loss = null,
        ScoreReduction reduction = ScoreReduction.Mean,
        ScoreRule? scores = null)
    {
        (Network, Weights, Seed, Reduction) = (network, weights, seed, reduction);
        _gradients = new(() => GradientStatistics.Collect(network, weights, RequireImages(calibration), loss));
        _activations = new(() => ActivationStatistics.Collect(network, weights, RequireImages(calibration)));
        _sensitivity = new(() => OutputSensitivity.Collect(
            network, scores, weights, ReaderSite.Of(network, groups.Select(g => g.Name).ToHashSet(StringComparer.Ordinal)), RequireImages(calibration), seed));
        _readers = new(() => ReaderCollector.Collect(network, weights, groups, RequireImages(calibration)));
    }

    /// <summary>The network.</summary>
    public Network Network { get; }

    /// <summary>Its weights.</summary>
    public WeightSet Weights { get; }

    /// <summary>Seed of random scores.</summary>
    public int Seed { get; }

    /// <summary>How a group's tensors make one score.</summary>
    public ScoreReduction Reduction { get; }

    internal GradientStatistics Gradients => _gradients.Value;

    internal ActivationStatistics Activations => _activations.Value;

    internal IReadOnlyDictionary<string, ReaderStatistics> Readers => _readers.Value;

    internal IReadOnlyDictionary<string, double[]> Sensitivity => _sensitivity.Value;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var statistics in _readers.IsValueCreated ? _readers.Value.Values : [])
        {
            statistics.Dispose();
        }
    }

    private static IReadOnlyList<Tensor> RequireImages(IReadOnlyList<Tensor> calibration) =>
        calibration.Count > 0 ? calibration : throw new ArgumentException("This criterion looks at activations or gradients and needs calibration pictures; there are none.");
}
