using PruneSearch.Core.Networks;
using PruneSearch.Core.Weights;

namespace PruneSearch.Inference.Onnx;

/// <summary>
/// Turns a convolution followed by batch normalisation into one convolution with a bias: with s = weight / sqrt(running_var + ε),
/// the kernel of each output channel is multiplied by s and the bias becomes bias_bn + (bias_conv − running_mean) · s.
/// Convolutions that share their kernel get one each, because each has a norm of its own.
/// </summary>
public static class BatchNormFolding
{
    /// <summary>
    /// The batch norms of a network that can be folded: by name, each with the convolution before it. That convolution must
    /// have no other reader and be no prediction head, and so must all others that share its kernel.
    /// </summary>
    public static IReadOnlyDictionary<string, ConvLayer> Foldable(Network network)
    {
        var readers = network.Layers.SelectMany(l => l.Inputs).Concat(network.Outputs.SelectMany(o => o.Heads)).CountBy(n => n).ToDictionary();
        var alone = network.Layers.OfType<BatchNormLayer>()
            .Where(bn => network[bn.Inputs[0]] is ConvLayer && readers[bn.Inputs[0]] == 1)
            .ToDictionary(bn => bn.Name, bn => (ConvLayer)network[bn.Inputs[0]]);
        var kept = network.Layers.OfType<ConvLayer>().Except(alone.Values).Select(c => c.Weight).ToHashSet();
        return alone.Where(f => !kept.Contains(f.Value.Weight)).ToDictionary();
    }

    /// <summary>Name of the kernel that <see cref="Fold(Network, WeightSet)"/> makes for a convolution: its own, also where it shared one.</summary>
    public static string WeightOf(ConvLayer folded) => folded.Name + ".weight";

    /// <summary>Name of the bias that <see cref="Fold(Network, WeightSet)"/> makes for a convolution.</summary>
    public static string BiasOf(ConvLayer folded) => folded.Name + ".bias";

    /// <summary>
    /// Weights with all foldable batch norms folded: convolution weights and biases under the convolutions' names, and the
    /// tensors of batch norms that cannot be folded. Tensors that do not change are shared with <paramref name="weights"/>.
    /// </summary>
    /// <param name="network">The network that the weights belong to.</param>
    /// <param name="weights">Its weights.</param>
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
        foreach (var (name, conv) in foldable)
        {
            Fold((BatchNormLayer)network[name], conv, weights, folded);
        }
        folded.RequireFinite("folding batch norms");
        return folded;
    }

    private static void Fold(BatchNormLayer norm, ConvLayer conv, WeightSet weights, WeightSet folded)
    {
        float[] Of(string tensor) => weights[$"{norm.Name}.{tensor}"].Values;
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
        folded[WeightOf(conv)] = new WeightTensor(kernel.Shape, values);
        folded[BiasOf(conv)] = new WeightTensor([channels], bias);
    }
}
