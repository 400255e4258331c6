using PruneSearch.Core.Stages;

namespace PruneSearch.Pruning.Importance;

/// <summary>Makes the scores of different groups comparable.</summary>
public static class ScoreScaling
{
    /// <summary>Scales the scores of one group.</summary>
    /// <param name="scores">One a channel.</param>
    /// <param name="normalisation">How; not <see cref="ScoreNormalisation.Auto"/>, which stands for one of the others.</param>
    public static double[] Normalise(double[] scores, ScoreNormalisation normalisation)
    {
        double mean = scores.Average();
        return normalisation switch
        {
            ScoreNormalisation.None => scores,
            ScoreNormalisation.Mean => Divide(scores, mean),
            ScoreNormalisation.Max => Divide(scores, scores.Max()),
            ScoreNormalisation.Gaussian => Divide([.. scores.Select(s => s - mean)], Math.Sqrt(scores.Average(s => (s - mean) * (s - mean)))),
            _ => throw new ArgumentOutOfRangeException(nameof(normalisation), normalisation, "expected what auto stands for"),
        };
    }

    /// <summary>What one channel of a group costs.</summary>
    /// <param name="perCost">What is counted; nothing costs 1.</param>
    public static double CostOf(Network network, ChannelGroup group, ChannelCost perCost) => perCost switch
    {
        ChannelCost.None => 1,
        ChannelCost.Parameters => Parameters(network, group),
        ChannelCost.Macs => network.Layers.OfType<ConvLayer>().Sum(conv => Macs(conv, group)),
        _ => sizeof(float) * (Parameters(network, group) + network.Layers.Sum(layer => Values(layer, group))),
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
