using PruneSearch.Core.Detectors.Rules;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Weights;
using PruneSearch.Detection;
using TorchSharp;
using static TorchSharp.torch;

namespace PruneSearch.Pruning.Compensation;

/// <summary>
/// How much an error at each position of a convolution's output changes the detections, on calibration pictures: the Fisher information of
/// <see cref="OutputSensitivity"/>, summed over channels. Most positions show background that no detection depends on; a least-squares
/// fit that counts all positions alike spends itself on them. One draw of random signs says little about one position, so neighbours are
/// averaged (3×3), and part of the weight is the same everywhere.
/// </summary>
public sealed class PositionWeights : IDisposable
{
    private const double Floor = 0.05; // what every position weighs at least, as a share of the mean

    private static readonly Scalar Least = Floor, One = 1;

    private readonly Dictionary<string, List<Tensor>> _maps = new(StringComparer.Ordinal); // by layer, a batch each: [N, h, w]

    private PositionWeights()
    {
    }

    /// <summary>Looks at all pictures, once forward and once back.</summary>
    /// <param name="network">The network before pruning.</param>
    /// <param name="scores">How its outputs become scores; <see langword="null"/> where all outputs count alike.</param>
    /// <param name="calibration">Batches of pictures.</param>
    /// <param name="seed">Draws the signs.</param>
    /// <param name="cancellation">Checked between pictures.</param>
    public static PositionWeights Collect(
        Network network, ScoreRule? scores, WeightSet weights, IReadOnlyList<Tensor> calibration, int seed, CancellationToken cancellation = default)
    {
        var convolutions = network.Layers.OfType<ConvLayer>().Where(c => !c.Depthwise).ToList();
        var found = new PositionWeights();
        var parts = convolutions.ToDictionary(c => c.Name, _ => new List<Tensor>(), StringComparer.Ordinal); // of the present batch
        int edge = EdgeFor(calibration.Sum(b => b.shape[0])), batch = 0;
        long seen = 0;
        foreach (var gradients in OutputSensitivity.Gradients(network, scores, weights, [.. parts.Keys], calibration, seed))
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var (name, gradient) in gradients)
            {
                parts[name].Add(Smooth(gradient, edge));
            }
            seen += gradients.Values.First().shape[0];
            if (seen == calibration[batch].shape[0])
            {
                foreach (var (name, pieces) in parts)
                {
                    (found._maps.TryGetValue(name, out var batches) ? batches : found._maps[name] = []).Add(cat(pieces).DetachFromDisposeScope());
                    pieces.ForEach(p => p.Dispose());
                    pieces.Clear();
                }
                (batch, seen) = (batch + 1, 0);
            }
            Heartbeat.Beat();
        }
        foreach (var same in convolutions.GroupBy(c => c.Weight))
        {
            Scale([.. same.Select(c => found._maps[c.Name])]);
        }
        return found;
    }

    /// <summary>Weights of the positions of a layer's output, 1 on the average over all pictures and all layers with the same kernel.</summary>
    /// <param name="layer">Name of a convolution that is not depthwise.</param>
    /// <param name="batch">Index of the batch.</param>
    /// <param name="height">Rows of the map that they are wanted for.</param>
    /// <param name="width">Its columns.</param>
    /// <returns><c>[N, height, width]</c>; the caller owns it.</returns>
    public Tensor Of(string layer, int batch, long height, long width) =>
        nn.functional.interpolate(_maps[layer][batch].unsqueeze(1), size: [height, width], mode: InterpolationMode.Nearest).squeeze(1);

    /// <summary>Edge of the finest grid that is kept of a map: fewer cells the more pictures there are, so that memory is bounded.</summary>
    internal static int EdgeFor(long pictures) => pictures <= 512 ? 64 : pictures <= 2048 ? 32 : 16;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var map in _maps.Values.SelectMany(m => m))
        {
            map.Dispose();
        }
    }

    private static Tensor Smooth(Tensor gradient, int edge)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var map = nn.functional.avg_pool2d(gradient.Squared().sum(1, keepdim: true), 3, stride: 1, padding: 1, count_include_pad: false);
        long height = Math.Min(map.shape[2], edge), width = Math.Min(map.shape[3], edge);
        return nn.functional.adaptive_avg_pool2d(map, [height, width]).squeeze(1).detach().clone().DetachFromDisposeScope();
    }

    // The mean over the positions of all maps becomes 1; small maps have fewer of them.
    private static void Scale(IReadOnlyList<List<Tensor>> layers)
    {
        using var scope = NewDisposeScope();
        double mean = layers.Sum(l => l.Sum(m => m.sum(ScalarType.Float64).item<double>())) / layers.Sum(l => l.Sum(m => (double)m.numel()));
        foreach (var batch in layers.SelectMany(l => l))
        {
            if (mean > 0)
            {
                using Scalar factor = (1 - Floor) / mean;
                batch.mul_(factor).add_(Least, One);
            }
            else
            {
                batch.fill_(One); // no detection depends on this layer
            }
        }
    }
}
