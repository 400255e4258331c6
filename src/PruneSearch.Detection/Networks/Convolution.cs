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
        bool errsInShort = type == ScalarType.BFloat16 && onCpu && !layer.Depthwise && ConvolutionCheck.MayErr;
        var inner = onCpu && (slowInShort || leavesTapsOut || errsInShort) ? ScalarType.Float32 : type;
        var pad = layer.Padding;
        long[] padding = [pad.Top, pad.Left];
        if (!pad.IsSymmetric)
        {
            x = nn.functional.pad(x, [pad.Left, pad.Right, pad.Top, pad.Bottom]);
            padding = [0, 0];
        }
        int stride = layer.Stride;
        if (onCpu && layer.Kernel == 1)
        {
            // oneDNN's gradient of a strided kernel of one tap wrote past its memory (12 -> 237 channels at 38 x 38).
            (x, stride) = (EveryNth(x, stride), 1);
        }
        long dilation = onCpu ? Dilation(layer.Kernel) : 1;
        (x, weight, bias) = (As(inner, x), As(inner, weight), bias is null ? null : As(inner, bias));
        var y = nn.functional.conv2d(x, weight, bias, [stride, stride], padding, [dilation, dilation], layer.Groups);
        if (onCpu && inner == ScalarType.Float32 && ConvolutionCheck.Errs(Shape(x, weight, stride, padding, layer.Groups)))
        {
            // The gradients of the first are right, and it keeps what they need.
            using var guard = no_grad();
            using var right = ConvolutionCheck.ByGradient(x, weight, bias, stride, padding[0], padding[1], layer.Groups);
            using var values = y.detach();
            values.copy_(right).Dispose();
        }
        return As(type, y);
    }

    /// <summary>The dilation that leads kernels of so many taps along the fast path on a CPU.</summary>
    internal static long Dilation(long taps) => taps == 1 ? NothingToDilate : 1;

    /// <summary>Each <paramref name="stride"/>-th row and column.</summary>
    internal static Tensor EveryNth(Tensor x, long stride) => stride == 1 ? x
        : x[TensorIndex.Colon, TensorIndex.Colon, TensorIndex.Slice(step: stride), TensorIndex.Slice(step: stride)];

    private static ConvolutionShape Shape(Tensor x, Tensor weight, int stride, long[] padding, int groups) => new(
        x.shape[0], x.shape[1], weight.shape[0], x.shape[2], x.shape[3], (int)weight.shape[2], stride, padding[0], padding[1],
        groups, get_num_threads());

    // oneDNN has no kernel for the gradient of a strided depthwise convolution in bfloat16: its fallback takes ten times
    // as long as the one in float32, which is why Of goes to float32 and back there. On maps that are smaller than the
    // kernel its bfloat16 gradient leaves the taps that only meet padding unwritten: they would hold what memory held, NaN too.
    private static Tensor As(ScalarType type, Tensor x) => x.dtype == type ? x : x.to(type);
}
