using PruneSearch.Core.Weights;
using PruneSearch.Detection.Networks;
using static TorchSharp.torch;

namespace PruneSearch.Pruning.Importance;

/// <summary>Mean absolute value of every input channel of every convolution that reads.</summary>
/// <param name="Means">Layer name to one mean an input channel.</param>
internal sealed record ActivationStatistics(IReadOnlyDictionary<string, double[]> Means)
{
    public static ActivationStatistics Collect(Network network, WeightSet weights, IReadOnlyList<Tensor> calibration)
    {
        using var runner = new TorchNetwork(network, weights);
        using var guard = no_grad();
        var sums = new Dictionary<string, double[]>(StringComparer.Ordinal);
        long images = calibration.Sum(b => b.shape[0]);
        foreach (var batch in calibration)
        {
            using var scope = NewDisposeScope();
            runner.Forward(batch, observe: (layer, input, _) =>
            {
                if (layer is ConvLayer { Depthwise: false })
                {
                    double[] means = input.abs().mean([0, 2, 3]).to(ScalarType.Float64).cpu().data<double>().ToArray();
                    double share = (double)batch.shape[0] / images;
                    sums[layer.Name] = sums.TryGetValue(layer.Name, out double[]? known)
                        ? [.. known.Zip(means, (a, b) => a + b * share)] : [.. means.Select(m => m * share)];
                }
            });
        }
        return new ActivationStatistics(sums);
    }
}
