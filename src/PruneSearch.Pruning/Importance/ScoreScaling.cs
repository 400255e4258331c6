using PruneSearch.Core.Networks;
using PruneSearch.Core.Weights;

namespace PruneSearch.Pruning.Importance;

/// <summary>Makes the scores of different groups comparable.</summary>
public static class ScoreScaling
{
    /// <summary>Scales the scores of one group.</summary>
    /// <param name="scores">One a channel.</param>
    /// <param name="normalisation"><c>none</c>, <c>mean</c> (mean becomes 1), <c>max</c> (largest becomes 1) or <c>gaussian</c> (mean 0, standard deviation 1).</param>
    /// <exception cref="ArgumentException">The normalisation is unknown.</exception>
    public static double[] Normalise(double[] scores, string normalisation)
    {
        double mean = scores.Average();
        return normalisation switch
        {
            "none" => scores,
            "mean" => Divide(scores, mean),
            "max" => Divide(scores, scores.Max()),
            "gaussian" => Divide([.. scores.Select(s => s - mean)], Math.Sqrt(scores.Average(s => (s - mean) * (s - mean)))),
            _ => throw new ArgumentException($"Unknown normalisation '{normalisation}'; expected none, mean, max or gaussian."),
        };
    }

    /// <summary>What one channel of a group costs.</summary>
    /// <param name="network">The network.</param>
    /// <param name="group">The group.</param>
    /// <param name="perCost"><c>none</c> (1), <c>macs</c>, <c>parameters</c>, or <c>memory</c>: bytes of its parameters and of the feature maps that hold it.</param>
    /// <exception cref="ArgumentException">The cost is unknown.</exception>
    public static double CostOf(Network network, ChannelGroup group, string perCost) => perCost switch
    {
        "none" => 1,
        "parameters" => Parameters(network, group),
        "macs" => network.Layers.OfType<ConvLayer>().Sum(conv => Macs(conv, group)),
        "memory" => sizeof(float) * (Parameters(network, group) + network.Layers.Sum(layer => Values(layer, group))),
        _ => throw new ArgumentException($"Unknown cost '{perCost}'; expected none, macs, parameters or memory."),
    };

    private static double[] Divide(double[] scores, double by) => by > 0 ? [.. scores.Select(s => s / by)] : scores;

    private static double Parameters(Network network, ChannelGroup group)
    {
        var tensors = network.Tensors.Where(t => t.Trainable).ToDictionary(t => t.Name, StringComparer.Ordinal);
        return group.Slices.Where(s => tensors.ContainsKey(s.Tensor)).Sum(s => (double)tensors[s.Tensor].Length / tensors[s.Tensor].Shape[s.Dimension]);
    }

    private static long Values(Layer layer, ChannelGroup group) => (long)layer.Height * layer.Width * layer.Channels.Segments.Count(s => s.Group == group.Name);

    private static double Macs(ConvLayer conv, ChannelGroup group)
    {
        double macs = Network.MacsOf(conv);
        double made = conv.Channels.Segments.Count(s => s.Group == group.Name) * macs / conv.Channels.Width;
        double read = conv.Depthwise ? 0 : conv.ReadLayout().Segments.Count(s => s.Group == group.Name) * macs / conv.ReadLayout().Width;
        return made + read;
    }
}
