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

    // oneDNN 3.7.1 (brgconv_1x1, AVX-512) computes some output channels wrongly on processors with some caches, among them one with half a gigabyte of
    // the third level: its blocking follows from their sizes. There, kernels of one tap are multiplied as matrices, which takes longer.
    private static readonly Lazy<bool> OneTapIsWrong = new(ProbeOneTap);

    /// <summary>Computes one layer.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="x">Feature map <c>[N, channels, H, W]</c>.</param>
    /// <param name="weight">Kernels <c>[out, in / groups, k, k]</c>.</param>
    /// <param name="bias">One number for each output channel, or none.</param>
    /// <param name="type">Number type to compute in, and of the result: float32 or bfloat16.</param>
    public static Tensor Of(ConvLayer layer, Tensor x, Tensor weight, Tensor? bias, ScalarType type) =>
        Of(layer, x, weight, bias, type, asMatrices: layer.Kernel == 1 && x.device.type == DeviceType.CPU && OneTapIsWrong.Value);

    /// <summary>The same, where kernels of one tap are multiplied as matrices, or are not.</summary>
    internal static Tensor Of(ConvLayer layer, Tensor x, Tensor weight, Tensor? bias, ScalarType type, bool asMatrices)
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
        if (asMatrices && layer is { Kernel: 1, Groups: 1 })
        {
            var pixels = x.permute(0, 2, 3, 1)[TensorIndex.Colon, TensorIndex.Slice(step: layer.Stride), TensorIndex.Slice(step: layer.Stride)];
            return nn.functional.linear(As(type, pixels), As(type, weight.reshape(weight.shape[0], weight.shape[1])), bias is null ? null : As(type, bias))
                .permute(0, 3, 1, 2);
        }
        var y = nn.functional.conv2d(
            As(inner, x), As(inner, weight), bias is null ? null : As(inner, bias), [layer.Stride, layer.Stride], padding, [dilation, dilation], layer.Groups);
        return As(type, y);
    }

    private static bool ProbeOneTap()
    {
        const int Inputs = 64, Outputs = 80, Edge = 26;
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var pixels = linspace(-1, 1, Edge * Edge * Inputs).reshape(Edge * Edge, Inputs);
        var weight = linspace(-1, 1, Outputs * Inputs).sin().reshape(Outputs, Inputs);
        var y = nn.functional.conv2d(pixels.reshape(1, Edge, Edge, Inputs).permute(0, 3, 1, 2), weight.reshape(Outputs, Inputs, 1, 1),
            strides: [1, 1], padding: [0, 0], dilation: [NothingToDilate, NothingToDilate]);
        var right = matmul(pixels.to(float64), weight.to(float64).t());
        return (y.permute(0, 2, 3, 1).reshape(Edge * Edge, Outputs).to(float64) - right).abs().max().item<double>() > 1e-3;
    }

    // oneDNN has no kernel for the gradient of a strided depthwise convolution in bfloat16: its fallback takes ten times
    // as long as the one in float32, which is why Of goes to float32 and back there. On maps that are smaller than the
    // kernel its bfloat16 gradient leaves the taps that only meet padding unwritten: they would hold what memory held, NaN too.
    private static Tensor As(ScalarType type, Tensor x) => x.dtype == type ? x : x.to(type);
}
