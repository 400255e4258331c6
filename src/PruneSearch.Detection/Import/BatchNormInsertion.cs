using PruneSearch.Core.Networks;
using PruneSearch.Core.Weights;
using PruneSearch.Detection.Networks;

namespace PruneSearch.Detection.Import;

/// <summary>
/// Puts batch norms back behind convolutions that had them folded in, so that the function stays the same in evaluation
/// mode and nearly the same in training mode: each gets the mean and variance that its input has on calibration pictures,
/// scale = sqrt(variance + ε), shift = mean + folded bias. (An identity batch norm would normalise in the first training
/// step what the network never saw normalised.)
/// </summary>
public static class BatchNormInsertion
{
    /// <summary>Converts a folded detector.</summary>
    /// <param name="folded">A detector without batch norms.</param>
    /// <param name="calibration">Batches of pictures <c>[N, 3, S, S]</c>; disposed by this method.</param>
    /// <param name="device">Where to run.</param>
    /// <exception cref="ArgumentException">The detector has batch norms already, or there is no calibration picture.</exception>
    /// <exception cref="NotFiniteNumberException">Statistics are not finite; the message names them.</exception>
    public static (DetectorModel Model, WeightSet Weights) Insert(DetectorModel folded, WeightSet weights, IEnumerable<Tensor> calibration, Device device)
    {
        if (folded.Spec.BatchNorm)
        {
            throw new ArgumentException("The detector has batch norms already.");
        }
        var model = DetectorCatalog.Build(folded.Spec with { BatchNorm = true });
        return (model, Insert(folded.Network, model.Network, weights, calibration, device));
    }

    /// <summary>Converts the weights of a network.</summary>
    /// <param name="folded">The network that <paramref name="weights"/> belong to.</param>
    /// <param name="normalised">The same with batch norms behind convolutions, which have the names and channels that they have in
    /// <paramref name="folded"/>.</param>
    /// <param name="calibration">Batches of pictures <c>[N, 3, S, S]</c>; disposed by this method.</param>
    /// <param name="device">Where to run.</param>
    /// <returns>All tensors of <paramref name="normalised"/>.</returns>
    /// <exception cref="ArgumentException">There is no calibration picture.</exception>
    /// <exception cref="NotFiniteNumberException">Statistics are not finite; the message names them.</exception>
    public static WeightSet Insert(Network folded, Network normalised, WeightSet weights, IEnumerable<Tensor> calibration, Device device)
    {
        var norms = normalised.Layers.OfType<BatchNormLayer>().ToDictionary(l => l.Inputs[0]);
        var statistics = Collect(folded, weights, calibration, norms.ToDictionary(n => n.Key, n => n.Value.Tensors), device);
        var result = new WeightSet();
        foreach (var tensor in normalised.Tensors.Where(t => weights.ContainsKey(t.Name)))
        {
            result.Add(tensor.Name, weights[tensor.Name]);
        }
        foreach (var (conv, norm) in norms.DistinctBy(n => n.Value.Tensors))
        {
            var (mean, variance) = statistics[norm.Tensors].Moments();
            float[] added = weights[((ConvLayer)folded[conv]).BiasName].Values, left = ((ConvLayer)normalised[conv]).Bias ? added : new float[added.Length];
            int[] shape = [added.Length];
            result.Add(norm.Tensors + ".weight", new(shape, [.. variance.Select(v => (float)Math.Sqrt(v + norm.Epsilon))]));
            result.Add(norm.Tensors + ".bias", new(shape, [.. mean.Select(m => (float)m)])); // the mean of the folded output is mean + bias
            result.Add(norm.Tensors + ".running_mean", new(shape, [.. mean.Select((m, i) => (float)(m - added[i] + left[i]))]));
            result.Add(norm.Tensors + ".running_var", new(shape, [.. variance.Select(v => (float)v)]));
        }
        result.RequireFinite("inserted batch norms");
        return result;
    }

    private static Dictionary<string, ChannelMoments> Collect(
        Network network, WeightSet weights, IEnumerable<Tensor> calibration, Dictionary<string, string> keyOf, Device device)
    {
        var statistics = keyOf.DistinctBy(k => k.Value).ToDictionary(k => k.Value, k => new ChannelMoments(network[k.Key].Channels.Width));
        using var guard = no_grad();
        using var runner = new TorchNetwork(network, weights, device);
        int batches = 0;
        foreach (var batch in calibration)
        {
            using var scope = NewDisposeScope();
            using var image = batch;
            runner.Forward(image.to(device), observe: (layer, _, output) =>
            {
                if (keyOf.TryGetValue(layer.Name, out string? key))
                {
                    statistics[key].Add(output);
                }
            });
            batches++;
        }
        return batches > 0 ? statistics : throw new ArgumentException("Batch norms need at least one calibration picture.");
    }
}
