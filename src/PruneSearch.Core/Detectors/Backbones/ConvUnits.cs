using PruneSearch.Core.Networks;

namespace PruneSearch.Core.Detectors.Backbones;

/// <summary>Adds convolutions with what follows them: batch norm (or a bias) and ReLU6.</summary>
/// <param name="network">What they are added to.</param>
/// <param name="padding">Padding of all of them.</param>
/// <param name="batchNorm">Batch norm instead of a bias.</param>
internal sealed class ConvUnits(NetworkBuilder network, PaddingStyle padding, bool batchNorm)
{
    /// <summary>What they are added to.</summary>
    public NetworkBuilder Network => network;

    /// <summary>Convolution, batch norm, ReLU6.</summary>
    public string Conv(string name, string input, ChannelGroup output, int kernel, int stride = 1) =>
        Activate(name, Normalise(name, network.Conv(name, input, output, kernel, stride, padding, bias: !batchNorm)));

    /// <summary>Depthwise 3×3 convolution, batch norm, ReLU6.</summary>
    public string Depthwise(string name, string input, int stride) =>
        Activate(name, Normalise(name, network.Depthwise(name, input, 3, stride, padding, bias: !batchNorm)));

    /// <summary>1×1 convolution and batch norm, without activation (linear bottleneck).</summary>
    public string Linear(string name, string input, ChannelGroup output) =>
        Normalise(name, network.Conv(name, input, output, 1, 1, padding, bias: !batchNorm));

    private string Normalise(string name, string conv) => batchNorm ? network.BatchNorm(name + ".bn", conv) : conv;

    private string Activate(string name, string input) => network.Activation(name + ".relu6", input, ActivationFunction.Relu6);
}
