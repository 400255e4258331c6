using PruneSearch.Core.Networks;

namespace PruneSearch.Core.Detectors.Yolox;

/// <summary>Adds the building blocks of YOLOX. Layers have the original modules' names, channel groups those of the convolutions that make them.</summary>
/// <param name="network">What they are added to.</param>
/// <param name="depthwise">3×3 convolutions as a depthwise and a pointwise one.</param>
/// <param name="batchNorm">Batch norms instead of biases.</param>
internal sealed class YoloxUnits(NetworkBuilder network, bool depthwise, bool batchNorm)
{
    /// <summary>Convolution, batch norm, SiLU.</summary>
    public string Conv(string name, string input, ChannelGroup output, int kernel = 1, int stride = 1) =>
        Finish(name, network.Conv(name + ".conv", input, output, kernel, stride, PaddingStyle.Symmetric, bias: !batchNorm));

    /// <summary>Convolution, batch norm, SiLU, whose output is a group of its own.</summary>
    public string Conv(string name, string input, ChannelGroupKind kind, int channels, int kernel = 1, int stride = 1) =>
        Conv(name, input, network.Group(name, kind, channels), kernel, stride);

    /// <summary>A 3×3 convolution, in two steps in depthwise networks.</summary>
    public string Spatial(string name, string input, ChannelGroup output, int stride = 1) => depthwise
        ? Conv(name + ".pconv", Finish(name +
            ".dconv", network.Depthwise(name + ".dconv.conv", input, 3, stride, PaddingStyle.Symmetric, bias: !batchNorm)), output)
        : Conv(name, input, output, 3, stride);

    /// <summary>
    /// A cross-stage partial layer with three convolutions: a chain of bottlenecks and a way around it, stacked and mixed. With
    /// shortcuts, the chain is one group of residual sums.
    /// </summary>
    public string Partial(string name, string input, int channels, int repeats, bool shortcut)
    {
        int hidden = channels / 2;
        ChannelGroup Chain(string conv) =>
            shortcut ? network.Group(name + ".chain", ChannelGroupKind.Residual, hidden) : network.Group(conv, ChannelGroupKind.Hidden, hidden);
        string x = Conv(name + ".conv1", input, Chain(name + ".conv1"));
        string around = Conv(name + ".conv2", input, ChannelGroupKind.Hidden, hidden);
        for (int i = 0; i < repeats; i++)
        {
            string block = $"{name}.m.{i}", inner = Conv(block + ".conv1", x, ChannelGroupKind.Hidden, hidden);
            string y = Spatial(block + ".conv2", inner, Chain(block + ".conv2"));
            x = shortcut ? network.Residual(block, block + ".add", y, x) : y;
        }
        return Conv(name + ".conv3", network.Concat(name + ".cat", x, around), ChannelGroupKind.Neck, channels);
    }

    /// <summary>Spatial pyramid pooling: maxima over three windows beside the map itself.</summary>
    public string Pooling(string name, string input, int channels)
    {
        string x = Conv(name + ".conv1", input, ChannelGroupKind.Hidden, channels / 2);
        string[] pools = [.. ((int[])[5, 9, 13]).Select((window, i) => network.MaxPool($"{name}.m.{i}", x, window, 1, PaddingStyle.Symmetric))];
        return Conv(name + ".conv2", network.Concat(name + ".cat", [x, .. pools]), ChannelGroupKind.Hidden, channels);
    }

    private string Finish(string name, string conv) =>
        network.Activation(name + ".act", batchNorm ? network.BatchNorm(name + ".bn", conv) : conv, ActivationFunction.Silu);
}
