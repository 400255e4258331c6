using PruneSearch.Core.Detectors;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Weights;
using PruneSearch.Detection.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace PruneSearch.Pruning.Compensation;

/// <summary>
/// How much what a detector says changes with an error in the outputs of its convolutions: the Fisher information of the
/// detections (class scores as independent Bernoulli variables, box values as normal ones that count where there is an
/// object), estimated with random signs (Hutchinson 1990). No annotations are needed.
/// </summary>
internal static class OutputSensitivity
{
    private const int Pictures = 48, PicturesAtOnce = 4;

    /// <summary>For each output channel of each site: mean over pictures of the squared gradients, summed over positions.</summary>
    /// <returns>Site key to one value an output of the part.</returns>
    public static IReadOnlyDictionary<string, double[]> Collect(Network network, WeightSet weights, IReadOnlyList<ReaderSite> sites, IReadOnlyList<Tensor> calibration, int seed)
    {
        using var runner = new TorchNetwork(network, weights);
        using var random = new Generator((ulong)seed, CPU);
        var sums = sites.ToDictionary(s => s.Key, s => new double[s.Outputs], StringComparer.Ordinal);
        var layers = sites.SelectMany(s => s.Layers).Select(l => l.Name).Distinct().ToList();
        int seen = 0;
        foreach (var batch in calibration)
        {
            for (long first = 0; first < batch.shape[0] && seen < Pictures; first += PicturesAtOnce)
            {
                using var scope = NewDisposeScope();
                var pictures = batch.narrow(0, first, Math.Min(PicturesAtOnce, batch.shape[0] - first));
                seen += (int)pictures.shape[0];
                var maps = new Dictionary<string, Tensor>(StringComparer.Ordinal);
                foreach (var layer in network.Layers)
                {
                    maps[layer.Name] = layer is InputLayer ? pictures : runner.Evaluate(layer, maps);
                }
                var gradients = autograd.grad([Probe(network, maps, random)], [.. layers.Select(l => maps[l])]);
                var squares = layers.Zip(gradients, (name, g) => (name, Values: g.square().sum([0, 2, 3]).to(ScalarType.Float64).data<double>().ToArray())).ToDictionary(p => p.name, p => p.Values, StringComparer.Ordinal);
                foreach (var site in sites)
                {
                    double[] sum = sums[site.Key];
                    foreach (var layer in site.Layers)
                    {
                        for (int o = 0; o < sum.Length; o++)
                        {
                            sum[o] += squares[layer.Name][site.Part * sum.Length + o];
                        }
                    }
                }
            }
        }
        return sums.ToDictionary(s => s.Key, s => s.Value.Select(v => v / seen).ToArray(), StringComparer.Ordinal);
    }

    // A scalar whose squared gradients have the Fisher information as their mean: each output times a random sign and its own
    // standard deviation. Labels drawn from the scores would have the same mean, but most of it in few rare draws.
    private static Tensor Probe(Network network, Dictionary<string, Tensor> maps, Generator random)
    {
        var classes = network.Outputs.FirstOrDefault(o => o.Name == DetectorModel.ClassesOutput);
        var total = zeros([]);
        foreach (var output in network.Outputs)
        {
            for (int level = 0; level < output.Heads.Count; level++)
            {
                var values = Rows(maps[output.Heads[level]], output.Values);
                var signs = randint(0, 2, values.shape, generator: random).to(ScalarType.Float32) * 2 - 1;
                var information = output == classes ? Variance(values.detach()) : classes is null ? null : Objectness(maps[classes.Heads[level]].detach(), classes.Values);
                total = total + (values * (information is null ? signs : signs * information.sqrt())).sum();
            }
        }
        return total;
    }

    // p (1 − p) of each class score.
    private static Tensor Variance(Tensor logits)
    {
        var p = logits.sigmoid();
        return p * (1 - p);
    }

    // Highest score of a class, without the background: [N, boxes, 1].
    private static Tensor Objectness(Tensor head, int values) => Rows(head, values).sigmoid().narrow(2, 1, values - 1).amax([2], keepdim: true);

    private static Tensor Rows(Tensor head, int values) => head.permute(0, 2, 3, 1).reshape(head.shape[0], -1, values);
}
