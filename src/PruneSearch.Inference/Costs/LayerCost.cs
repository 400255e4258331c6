using PruneSearch.Core.Networks;

namespace PruneSearch.Inference.Costs;

/// <summary>What a layer costs at any widths: steps of whole multiples, and what values that fill none cost where they have to be moved.</summary>
/// <param name="Layer">Its name, or nothing for what comes after the last.</param>
/// <param name="Product">Whether every output reads every input: a convolution that is not depthwise.</param>
/// <param name="Output">Channels that it makes.</param>
/// <param name="Block">Channel groups that are all gone where the layer is left out with its block; none for other layers.</param>
/// <param name="Shares">
/// Cost of one unit of each feature, as a share of the dense network's latency: constant, inputs times outputs, outputs, inputs (all in whole multiples),
/// inputs and outputs that fill no multiple.
/// </param>
public sealed record LayerCost(
    string Layer, bool Product, IReadOnlyList<ChannelSegment> Input, IReadOnlyList<ChannelSegment> Output, IReadOnlyList<string> Block,
    IReadOnlyList<double> Shares)
{
    internal const int Features = 6;

    /// <summary>Its cost as a share of the dense network's latency.</summary>
    /// <param name="widths">Width of each channel group.</param>
    /// <param name="multiple">Of which widths cost as much as the next one.</param>
    public double At(IReadOnlyDictionary<string, int> widths, int multiple)
    {
        double sum = 0;
        double[] features = FeaturesAt(widths, multiple);
        for (int i = 0; i < Features; i++)
        {
            sum += Shares[i] * features[i];
        }
        return sum;
    }

    /// <summary>Whether it is left out.</summary>
    internal bool IsGone(IReadOnlyDictionary<string, int> widths) => Block.Count > 0 && Block.All(g => widths[g] == 0);

    internal double[] FeaturesAt(IReadOnlyDictionary<string, int> widths, int multiple)
    {
        if (IsGone(widths))
        {
            return new double[Features];
        }
        var (inputs, inputsFill) = Count(Input, widths, multiple);
        var (outputs, outputsFill) = Count(Output, widths, multiple);
        double wholeIn = Whole(inputs, multiple), wholeOut = Whole(outputs, multiple);
        return [1, Product ? wholeIn * wholeOut : 0, wholeOut, wholeIn, inputsFill ? 0 : inputs, outputsFill ? 0 : outputs];
    }

    private static (int Channels, bool Fill) Count(IReadOnlyList<ChannelSegment> segments, IReadOnlyDictionary<string, int> widths, int multiple)
    {
        int channels = 0;
        bool fill = true;
        foreach (var segment in segments)
        {
            int width = segment.Group is { } group ? widths[group] : segment.Width;
            channels += width;
            fill &= width % multiple == 0;
        }
        return (channels, fill);
    }

    private static double Whole(int channels, int multiple) => (channels + multiple - 1) / multiple;
}
