using PruneSearch.Core.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace PruneSearch.Detection.Networks;

/// <summary>Convolutions by torch, along its fast paths.</summary>
internal static class Convolution
{
    // Dilation of a kernel with one tap, which has nothing to dilate. With one thread torch gives undilated ones to a routine of its own, which
    // multiplies matrices with MKL: on a processor that is not Intel's that takes twice as long as oneDNN.
    private const long NothingToDilate = 2;

    /// <summary>Computes one layer.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="x">Feature map <c>[N, channels, H, W]</c>.</param>
    /// <param name="weight">Kernels <c>[out, in / groups, k, k]</c>.</param>
    /// <param name="bias">One number for each output channel, or none.</param>
    /// <param name="type">Number type to compute in, and of the result: float32 or bfloat16.</param>
    public static Tensor Of(ConvLayer layer, Tensor x, Tensor weight, Tensor? bias, ScalarType type)
    {
        bool onCpu = x.device.type == DeviceType.CPU;
        bool slowInShort = layer is { Depthwise: true, Stride: > 1 }, leavesTapsOut = x.shape[2] < layer.Kernel || x.shape[3] < layer.Kernel;
        var inner = onCpu && (slowInShort || leavesTapsOut) ? ScalarType.Float32 : type;
        var pad = layer.Padding;
        long[] padding = [pad.Top, pad.Left];
        if (!pad.IsSymmetric)
        {
            x = nn.functional.pad(x, [pad.Left, pad.Right, pad.Top, pad.Bottom]);
            padding = [0, 0];
        }
        long dilation = onCpu && layer.Kernel == 1 ? NothingToDilate : 1;
        var y = nn.functional.conv2d(
            As(inner, x), As(inner, weight), bias is null ? null : As(inner, bias), [layer.Stride, layer.Stride], padding, [dilation, dilation], layer.Groups);
        return As(type, y);
    }

    // oneDNN has no kernel for the gradient of a strided depthwise convolution in bfloat16: its fallback takes ten times
    // as long as the one in float32, which is why Of goes to float32 and back there. On maps that are smaller than the
    // kernel its bfloat16 gradient leaves the taps that only meet padding unwritten: they would hold what memory held, NaN too.
    private static Tensor As(ScalarType type, Tensor x) => x.dtype == type ? x : x.to(type);
}
