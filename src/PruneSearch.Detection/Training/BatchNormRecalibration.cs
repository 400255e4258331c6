using PruneSearch.Core.Networks;
using PruneSearch.Core.Weights;
using PruneSearch.Detection.Import;
using PruneSearch.Detection.Networks;

namespace PruneSearch.Detection.Training;

/// <summary>
/// Gives batch norms the statistics that their inputs have now, after channels before them went: the mean and variance
/// over calibration pictures, with every layer before normalised by its batch, as in training (adaptive batch
/// normalisation, Li et al. 2016; for pruned networks EagleEye, Li et al. 2020).
/// </summary>
public static class BatchNormRecalibration
{
    /// <summary>Computes new running statistics; all other tensors stay. A detector without batch norms stays as it is.</summary>
    /// <param name="weights">Its weights; not changed.</param>
    /// <param name="calibration">Batches of pictures <c>[N, 3, S, S]</c>, two or more in all; not disposed. Statistics of a single value stay as they
    /// are.</param>
    /// <param name="device">Where to run.</param>
    /// <exception cref="ArgumentException">There is no picture.</exception>
    /// <exception cref="NotFiniteNumberException">Statistics are not finite; the message names them.</exception>
    public static WeightSet Run(DetectorModel model, WeightSet weights, IEnumerable<Tensor> calibration, Device device)
    {
        var statistics = model.Network.Layers.OfType<BatchNormLayer>().DistinctBy(l => l.Tensors)
            .ToDictionary(l => l.Tensors, l => new ChannelMoments(l.Channels.Width));
        if (statistics.Count == 0)
        {
            return weights;
        }
        using var guard = no_grad();
        using var network = new TorchNetwork(model.Network, weights, device);
        int batches = 0;
        foreach (var images in calibration)
        {
            using var scope = NewDisposeScope();
            network.Forward(images.to(device), training: true, observe: (layer, input, _) =>
            {
                if (layer is BatchNormLayer norm)
                {
                    statistics[norm.Tensors].Add(input);
                }
            });
            batches++;
        }
        if (batches == 0)
        {
            throw new ArgumentException("Batch norms need at least one calibration picture.");
        }
        var result = new WeightSet(weights);
        foreach (var (name, moments) in statistics.Where(s => s.Value.HasVariance))
        {
            var (mean, variance) = moments.Moments();
            result[name + ".running_mean"] = new([mean.Length], [.. mean.Select(m => (float)m)]);
            result[name + ".running_var"] = new([mean.Length], [.. variance.Select(v => (float)v)]);
        }
        result.RequireFinite("new statistics of batch norms");
        return result;
    }
}
