using PruneSearch.Core.Networks;
using static TorchSharp.torch;

namespace PruneSearch.Detection.Networks;

/// <summary>What layers without tensors compute.</summary>
internal static class LayerFunctions
{
    /// <summary>An elementwise function; in place where its input is not needed for anything else.</summary>
    public static Tensor Activate(ActivationFunction function, Tensor x, bool inPlace) => function switch
    {
        ActivationFunction.Relu => nn.functional.relu(x, inPlace),
        ActivationFunction.Relu6 => nn.functional.relu6(x, inPlace && !is_grad_enabled()), // its gradient needs its input: torch would copy it first
        ActivationFunction.Silu => nn.functional.silu(x, inPlace && !is_grad_enabled()), // so does this one
        ActivationFunction.Sigmoid => x.sigmoid(),
        ActivationFunction.HardSigmoid => nn.functional.hardsigmoid(x),
        _ => throw new ArgumentOutOfRangeException(nameof(function), function, "unknown activation"),
    };

    /// <summary>Maxima over windows; padding never wins.</summary>
    public static Tensor MaxPool(MaxPoolLayer pool, Tensor x)
    {
        var pad = pool.Padding;
        if (pad.IsSymmetric && 2 * Math.Max(pad.Top, pad.Left) <= pool.Kernel)
        {
            return nn.functional.max_pool2d(x, [pool.Kernel, pool.Kernel], [pool.Stride, pool.Stride], [pad.Top, pad.Left]);
        }
        var padded = nn.functional.pad(x, [pad.Left, pad.Right, pad.Top, pad.Bottom], value: double.NegativeInfinity);
        return nn.functional.max_pool2d(padded, pool.Kernel, pool.Stride);
    }

    /// <summary>Blocks of positions as channels, which come last in memory.</summary>
    public static Tensor SpaceToDepth(SpaceToDepthLayer split, Tensor x)
    {
        long n = x.shape[0], c = x.shape[1], b = split.Block;
        // [N, H, b, W, b, C] -> [N, H, W, b, b, C]
        var blocks = x.permute(0, 2, 3, 1).reshape(n, split.Height, b, split.Width, b, c).permute(0, 1, 3, 2, 4, 5);
        return blocks.reshape(n, split.Height, split.Width, b * b * c).permute(0, 3, 1, 2);
    }
}
