using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Rules;
using PruneSearch.Core.Weights;
using PruneSearch.Detection;
using PruneSearch.Detection.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace PruneSearch.Pruning.Compensation;

/// <summary>
/// How much what a detector says changes with an error in the outputs of its convolutions: the Fisher information of the
/// detections (objectness and class scores as independent Bernoulli variables, box values as normal ones; boxes, and classes
/// beside an objectness, count as far as there is an object), estimated with random signs (Hutchinson 1990). No annotations are needed.
/// </summary>
internal static class OutputSensitivity
{
    private const int Pictures = 48, PicturesAtOnce = 4;

    /// <summary>For each output channel of each site: mean over pictures of the squared gradients, summed over positions.</summary>
    /// <param name="scores">How its outputs become scores; <see langword="null"/> where they are no detections, and all count alike.</param>
    /// <param name="sites">Whose outputs.</param>
    /// <param name="calibration">Batches of pictures.</param>
    /// <param name="seed">Draws the signs.</param>
    /// <returns>Site key to one value an output of the part.</returns>
    public static IReadOnlyDictionary<string, double[]> Collect(
        Network network, ScoreRule? scores, WeightSet weights, IReadOnlyList<ReaderSite> sites, IReadOnlyList<Tensor> calibration, int seed)
    {
        var sums = sites.ToDictionary(s => s.Key, s => new double[s.Outputs], StringComparer.Ordinal);
        var layers = sites.SelectMany(s => s.Layers).Select(l => l.Name).Distinct().ToList();
        int seen = 0;
        foreach (var gradients in Gradients(network, scores, weights, layers, calibration, seed, Pictures))
        {
            seen += (int)gradients.Values.First().shape[0];
            var squares = gradients.ToDictionary(
                g => g.Key, g => g.Value.Squared().sum([0, 2, 3]).to(ScalarType.Float64).data<double>().ToArray(), StringComparer.Ordinal);
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
        return sums.ToDictionary(s => s.Key, s => s.Value.Select(v => v / seen).ToArray(), StringComparer.Ordinal);
    }

    /// <summary>Gradients of random probes, a few pictures at a time, whose squares have the Fisher information as their mean.</summary>
    /// <param name="scores">How its outputs become scores; <see langword="null"/> where all count alike.</param>
    /// <param name="layers">Layers in whose outputs errors are made.</param>
    /// <param name="calibration">Batches of pictures; no group of pictures holds some of two batches.</param>
    /// <param name="seed">Draws the signs.</param>
    /// <param name="limit">Pictures that are looked at.</param>
    /// <returns>Layer name to gradient <c>[n, channels, H, W]</c>, valid until the next group of pictures.</returns>
    public static IEnumerable<IReadOnlyDictionary<string, Tensor>> Gradients(
        Network network, ScoreRule? scores, WeightSet weights, IReadOnlyList<string> layers, IReadOnlyList<Tensor> calibration, int seed,
        int limit = int.MaxValue)
    {
        using var runner = new TorchNetwork(network, weights);
        using var random = new Generator((ulong)seed, CPU);
        int seen = 0;
        foreach (var batch in calibration)
        {
            for (long first = 0; first < batch.shape[0] && seen < limit; first += PicturesAtOnce)
            {
                using var scope = NewDisposeScope();
                var pictures = batch.narrow(0, first, Math.Min(PicturesAtOnce, batch.shape[0] - first));
                seen += (int)pictures.shape[0];
                var maps = new Dictionary<string, Tensor>(StringComparer.Ordinal);
                foreach (var layer in network.Layers)
                {
                    maps[layer.Name] = layer is InputLayer ? pictures : runner.Evaluate(layer, maps);
                }
                var gradients = autograd.grad([Probe(network, scores, maps, random)], [.. layers.Select(l => maps[l])]);
                yield return layers.Zip(gradients).ToDictionary(g => g.First, g => g.Second, StringComparer.Ordinal);
            }
        }
    }

    // A scalar whose squared gradients have the Fisher information as their mean: each output times a random sign and its own
    // standard deviation. Labels drawn from the scores would have the same mean, but most of it in few rare draws.
    private static Tensor Probe(Network network, ScoreRule? scores, Dictionary<string, Tensor> maps, Generator random)
    {
        var total = zeros([]);
        foreach (var output in network.Outputs)
        {
            for (int level = 0; level < output.Heads.Count; level++)
            {
                var values = Rows(maps[output.Heads[level]], output.Values);
                var signs = randint(0, 2, values.shape, generator: random).to(ScalarType.Float32).Times(2).Plus(-1);
                var information = scores is null ? null : Information(output, level);
                total = total.Plus((values * (information is null ? signs : signs * information.sqrt())).sum());
            }
        }
        return total;

        Tensor Information(NetworkOutput output, int level)
        {
            Tensor? Head(string name) =>
                network.Outputs.FirstOrDefault(o => o.Name == name) is { } found ? Rows(maps[found.Heads[level]].detach(), found.Values).sigmoid() : null;
            var objectness = scores!.Objectness ? Head(DetectorModel.ObjectnessOutput) : null;
            var classes = Head(DetectorModel.ClassesOutput)!;
            Tensor Where(Tensor p) => objectness is null ? p : p * objectness;
            return output.Name switch
            {
                DetectorModel.ClassesOutput => Where(classes * classes.OneMinus()),
                DetectorModel.ObjectnessOutput => objectness! * objectness!.OneMinus(),
                _ => Where(classes.narrow(2, scores.FirstClass, classes.shape[2] - scores.FirstClass).amax([2], keepdim: true)),
            };
        }
    }

    private static Tensor Rows(Tensor head, int values) => head.permute(0, 2, 3, 1).reshape(head.shape[0], -1, values);
}
