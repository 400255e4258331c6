using PruneSearch.Core.Networks;

namespace PruneSearch.Core.Detectors.Backbones;

/// <summary>Adds convolutions with what follows them: batch norm (or a bias) and an activation.</summary>
/// <param name="network">What they are added to.</param>
/// <param name="padding">Padding of all of them.</param>
/// <param name="batchNorm">Batch norm instead of a bias.</param>
internal sealed class ConvUnits(NetworkBuilder network, PaddingStyle padding, bool batchNorm, ActivationFunction function = ActivationFunction.Relu6)
{
    private readonly string _suffix = "." + function.ToString().ToLowerInvariant();

    public NetworkBuilder Network => network;

    public PaddingStyle Padding => padding;

    public string Conv(string name, string input, ChannelGroup output, int kernel, int stride = 1) =>
        Activate(name, Linear(name, input, output, kernel, stride));

    /// <summary>Depthwise 3×3 convolution, batch norm, activation.</summary>
    public string Depthwise(string name, string input, int stride) =>
        Activate(name, Normalise(name, network.Depthwise(name, input, 3, stride, padding, bias: !batchNorm)));

    public string Linear(string name, string input, ChannelGroup output, int kernel = 1, int stride = 1) =>
        Normalise(name, network.Conv(name, input, output, kernel, stride, padding, bias: !batchNorm));

    public string Activate(string name, string input) => network.Activation(name + _suffix, input, function);

    private string Normalise(string name, string conv) => batchNorm ? network.BatchNorm(name + ".bn", conv) : conv;
}
