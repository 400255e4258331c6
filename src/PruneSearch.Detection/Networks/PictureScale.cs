using PruneSearch.Core.Networks;
using PruneSearch.Core.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace PruneSearch.Detection.Networks;

/// <summary>
/// Divides pictures by a number and multiplies the kernels that read them by it. With a power of two the function stays the same
/// bit for bit, but gradients and weights of those kernels become as large as those of other layers, whatever the range of
/// the pictures is: one learning rate and one bound of the gradient's norm suit all tensors. With pictures from 0 to 255 a step of SGD would else
/// change the first layer some ten thousand times as much.
/// </summary>
internal sealed class PictureScale
{
    private readonly HashSet<string> _kernels;
    private readonly float _scale;

    /// <summary>The scale of a network's pictures.</summary>
    /// <exception cref="ArgumentException">The scale is not 1, and something else than a convolution reads the picture.</exception>
    public PictureScale(Network network, float scale)
    {
        _scale = scale;
        _kernels = scale == 1 ? [] : [.. Readers(network)];
    }

    /// <summary>The picture as the network takes it; the caller owns it.</summary>
    public Tensor Picture(Tensor image)
    {
        if (_scale == 1)
        {
            return image.alias();
        }
        using Scalar factor = 1 / _scale;
        return image.mul(factor);
    }

    /// <summary>A tensor as the network holds it.</summary>
    public WeightTensor Held(string name, WeightTensor tensor) => Multiply(name, tensor, _scale);

    /// <summary>A tensor as it belongs to pictures that are not divided.</summary>
    public WeightTensor Given(string name, WeightTensor tensor) => Multiply(name, tensor, 1 / _scale);

    private WeightTensor Multiply(string name, WeightTensor tensor, float factor) =>
        _kernels.Contains(name) ? new WeightTensor(tensor.Shape, [.. tensor.Values.Select(v => v * factor)]) : tensor;

    // Kernels of convolutions of the picture, also of blocks of its pixels that became channels.
    private static IEnumerable<string> Readers(Network network)
    {
        HashSet<string> pictures = [.. network.Layers.OfType<InputLayer>().Select(l => l.Name)];
        foreach (var layer in network.Layers.Where(l => l.Inputs.Any(pictures.Contains)))
        {
            if (layer is ConvLayer conv)
            {
                yield return conv.Weight;
            }
            else
            {
                pictures.Add(layer is SpaceToDepthLayer ? layer.Name
                    : throw new ArgumentException($"Layer '{layer.Name}' reads the picture, expected a convolution."));
            }
        }
    }
}
