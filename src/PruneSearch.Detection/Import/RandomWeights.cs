using PruneSearch.Core.Networks;
using PruneSearch.Core.Weights;

namespace PruneSearch.Detection.Import;

/// <summary>
/// Weights to start from without a pretrained detector (He et al. 2015; heads begin with small scores): by fan-out where a batch norm follows, by
/// fan-in where none does, so that what comes out is as large as what goes in.
/// </summary>
public static class RandomWeights
{
    private const double HeadDeviation = 0.03;

    /// <summary>Weights of all tensors of a detector.</summary>
    /// <param name="seed">Equal seeds give equal weights.</param>
    public static WeightSet For(DetectorModel model, int seed)
    {
        var random = new Random(seed);
        var heads = model.Network.Outputs.SelectMany(o => o.Heads.Select(h => (Head: h, o.Name))).ToDictionary(h => h.Head, h => h.Name);
        var weights = new WeightSet();
        foreach (var layer in model.Network.Layers.OfType<ConvLayer>().Where(l => l.WeightsOf is null))
        {
            bool head = heads.TryGetValue(layer.Name, out string? output);
            double deviation = head ? HeadDeviation : Math.Sqrt(layer.Bias ? OfInput(model.Network, layer) : 2 / Fan(layer, layer.Channels));
            Fill(weights, model.Network, layer.Weight, () => (float)(deviation * HeadMapping.Gaussian(random)));
            if (layer.Bias)
            {
                int row = 0;
                Fill(weights, model.Network, layer.BiasName, () =>
                    output == DetectorModel.ClassesOutput ? ClassBias(model.Scores.Background && row++ % model.ClassOutputs == 0)
                    : output == DetectorModel.ObjectnessOutput ? ClassBias(false) : 0);
            }
        }
        foreach (var tensor in model.Network.Tensors.Where(t => !weights.ContainsKey(t.Name)))
        {
            float value = tensor.Name.EndsWith(".weight", StringComparison.Ordinal) || tensor.Name.EndsWith(".running_var", StringComparison.Ordinal) ? 1 : 0;
            Fill(weights, model.Network, tensor.Name, () => value);
        }
        return weights;
    }

    // An activation lets half of its input through; nothing else changes how large it is.
    private static double OfInput(Network network, ConvLayer layer) => (network[layer.Inputs[0]] is ActivationLayer ? 2 : 1) / Fan(layer, layer.InputChannels);

    private static double Fan(ConvLayer layer, ChannelLayout channels) => (double)channels.Width / layer.Groups * layer.Kernel * layer.Kernel;

    // At first everything is background, with a score of 0.99 (Lin et al. 2017, section 4.1).
    private static float ClassBias(bool background) => (float)((background ? 1 : -1) * Math.Log(99));

    private static void Fill(WeightSet weights, Network network, string name, Func<float> value)
    {
        var declared = network.Tensors.First(t => t.Name == name);
        float[] values = new float[declared.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = value();
        }
        weights.Add(name, new WeightTensor(declared.Shape, values));
    }
}
