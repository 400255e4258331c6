using PruneSearch.Core.Networks;
using PruneSearch.Core.Weights;

namespace PruneSearch.Inference.Onnx;

/// <summary>
/// Turns a convolution followed by batch normalisation into one convolution with a bias: with s = weight / sqrt(running_var + ε),
/// the kernel of each output channel is multiplied by s and the bias becomes bias_bn + (bias_conv − running_mean) · s.
/// Convolutions that share their kernel get one each where each has a norm of its own, and share it where they share the norm too.
/// </summary>
public static class BatchNormFolding
{
    /// <summary>
    /// The batch norms of a network that can be folded: by name, each with the convolution before it. That convolution must
    /// have no other reader and be no prediction head, and so must all others that share its kernel or the norm's tensors.
    /// </summary>
    public static IReadOnlyDictionary<string, ConvLayer> Foldable(Network network)
    {
        var readers = network.Layers.SelectMany(l => l.Inputs).Concat(network.Outputs.SelectMany(o => o.Heads)).CountBy(n => n).ToDictionary();
        var alone = network.Layers.OfType<BatchNormLayer>()
            .Where(bn => network[bn.Inputs[0]] is ConvLayer && readers[bn.Inputs[0]] == 1)
            .ToDictionary(bn => bn.Name, bn => (ConvLayer)network[bn.Inputs[0]]);
        var kept = network.Layers.OfType<ConvLayer>().Except(alone.Values).Select(c => c.Weight).ToHashSet();
        var foldable = alone.Where(f => !kept.Contains(f.Value.Weight)).ToDictionary();
        var needed = network.Layers.OfType<BatchNormLayer>().Where(n => !foldable.ContainsKey(n.Name)).Select(n => n.Tensors).ToHashSet();
        return foldable.Where(f => !needed.Contains(((BatchNormLayer)network[f.Key]).Tensors)).ToDictionary();
    }

    /// <summary>
    /// The layer whose name the kernel and bias have that <see cref="Fold(Network, WeightSet)"/> makes of a norm and the convolution
    /// before it: that convolution, also where it shared its kernel, or the first that shares both its kernel and the norm's tensors.
    /// </summary>
    public static string OwnerOf(Network network, BatchNormLayer norm)
    {
        var conv = (ConvLayer)network[norm.Inputs[0]];
        return network[network[norm.Tensors].Inputs[0]] is ConvLayer first && first.Weight == conv.Weight ? first.Name : conv.Name;
    }

    /// <summary>
    /// Weights with all foldable batch norms folded: convolution weights and biases under the convolutions' names, and the
    /// tensors of batch norms that cannot be folded. Tensors that do not change are shared with <paramref name="weights"/>.
    /// </summary>
    /// <param name="network">The network that the weights belong to.</param>
    /// <exception cref="FormatException">The weights do not fit the network.</exception>
    /// <exception cref="NotFiniteNumberException">A folded value is beyond what a 32-bit float holds; the message names its tensor.</exception>
    public static WeightSet Fold(Network network, WeightSet weights)
    {
        weights.RequireFit(network, "weights to fold");
        var folded = new WeightSet();
        var foldable = Foldable(network);
        foreach (var tensor in network.Tensors.Where(t => !foldable.ContainsKey(t.Name[..t.Name.LastIndexOf('.')])))
        {
            folded[tensor.Name] = weights[tensor.Name];
        }
        foreach (var (norm, conv) in foldable.Select(f => ((BatchNormLayer)network[f.Key], f.Value)).DistinctBy(f => OwnerOf(network, f.Item1)))
        {
            string owner = OwnerOf(network, norm);
            (folded[owner + ".weight"], folded[owner + ".bias"]) = Fold(norm, conv, weights);
        }
        folded.RequireFinite("folding batch norms");
        return folded;
    }

    private static (WeightTensor Kernel, WeightTensor Bias) Fold(BatchNormLayer norm, ConvLayer conv, WeightSet weights)
    {
        float[] Of(string tensor) => weights[$"{norm.Tensors}.{tensor}"].Values;
        float[] gain = Of("weight"), shift = Of("bias"), mean = Of("running_mean"), variance = Of("running_var");
        float[]? before = conv.Bias ? weights[conv.BiasName].Values : null;
        var kernel = weights[conv.Weight];
        int channels = gain.Length, perChannel = kernel.Values.Length / channels;
        float[] values = new float[kernel.Values.Length], bias = new float[channels];
        for (int c = 0; c < channels; c++)
        {
            double scale = gain[c] / Math.Sqrt(variance[c] + norm.Epsilon);
            bias[c] = (float)(shift[c] + ((before?[c] ?? 0) - mean[c]) * scale);
            for (int i = c * perChannel; i < (c + 1) * perChannel; i++)
            {
                values[i] = (float)(kernel.Values[i] * scale);
            }
        }
        return (new WeightTensor(kernel.Shape, values), new WeightTensor([channels], bias));
    }
}
