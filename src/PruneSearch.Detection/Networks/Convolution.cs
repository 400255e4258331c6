using System.Runtime.Intrinsics.X86;
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

    // oneDNN 3.7.1 plans its kernels by the sizes of caches. On a virtual machine that hides those of its AMD processor (leaf 8000001DH of CPUID is empty)
    // it left output channels of kernels with one tap and of grouped kernels wrong, and in bfloat16 those of all but depthwise ones, with their gradients.
    private static readonly Lazy<bool> OneTapIsWrong = new(() => CachesAreHidden() || ProbeOneTap());

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
        if (onCpu && layer is { Groups: > 1, Depthwise: false } && OneTapIsWrong.Value)
        {
            // Where kernels of one tap are wrong, those in groups are, too.
            var (xs, weights, biases) = (x.chunk(layer.Groups, 1), weight.chunk(layer.Groups, 0), bias?.chunk(layer.Groups, 0));
            return cat([.. xs.Select((part, i) => Of(layer with { Groups = 1 }, part, weights[i], biases?[i], type))], 1);
        }
        bool slowInShort = layer is { Depthwise: true, Stride: > 1 }, leavesTapsOut = x.shape[2] < layer.Kernel || x.shape[3] < layer.Kernel;
        bool wrongInShort = type == ScalarType.BFloat16 && onCpu && !layer.Depthwise && OneTapIsWrong.Value;
        var inner = onCpu && (slowInShort || leavesTapsOut || wrongInShort) ? ScalarType.Float32 : type;
        var pad = layer.Padding;
        long[] padding = [pad.Top, pad.Left];
        if (!pad.IsSymmetric)
        {
            x = nn.functional.pad(x, [pad.Left, pad.Right, pad.Top, pad.Bottom]);
            padding = [0, 0];
        }
        int stride = layer.Stride;
        if (onCpu && layer is { Kernel: 1, Stride: > 1 })
        {
            // oneDNN's gradient of a strided kernel of one tap wrote past its memory (8 pictures, 12 -> 237 channels at 38 x 38).
            x = x[TensorIndex.Colon, TensorIndex.Colon, TensorIndex.Slice(step: stride), TensorIndex.Slice(step: stride)];
            stride = 1;
        }
        (x, weight, bias) = (As(inner, x), As(inner, weight), bias is null ? null : As(inner, bias));
        if (asMatrices && layer is { Kernel: 1, Groups: 1 })
        {
            var pixels = nn.functional.linear(x.permute(0, 2, 3, 1), weight.reshape(weight.shape[0], weight.shape[1]), bias);
            return As(type, pixels.permute(0, 3, 1, 2));
        }
        if (onCpu && layer is { Kernel: 1, Depthwise: true })
        {
            // A factor for each channel; oneDNN left gradients of some at zero on a processor with hidden caches.
            var scaled = x * weight.reshape(1, -1, 1, 1);
            return As(type, bias is null ? scaled : scaled.Plus(bias.reshape(1, -1, 1, 1)));
        }
        long dilation = onCpu && layer.Kernel == 1 ? NothingToDilate : 1;
        return As(type, nn.functional.conv2d(x, weight, bias, [stride, stride], padding, [dilation, dilation], layer.Groups));
    }

    // AMD64 Architecture Programmer's Manual, volume 3, E.4.15: the type of the first cache, which is 0 where no cache is told.
    private static bool CachesAreHidden()
    {
        const int CacheLeaf = unchecked((int)0x8000001d), FirstExtendedLeaf = unchecked((int)0x80000000), CacheType = 31;
        const int Amd = 0x68747541, Hygon = 0x6f677948;
        return X86Base.IsSupported && X86Base.CpuId(0, 0).Ebx is Amd or Hygon && X86Base.CpuId(FirstExtendedLeaf, 0).Eax >= CacheLeaf
            && (X86Base.CpuId(CacheLeaf, 0).Eax & CacheType) == 0;
    }

    // Which shapes come out wrong depends on the processor, and may depend on what memory held: these did on one.
    private static bool ProbeOneTap() => IsWrong(pictures: 1, inputs: 64, outputs: 80, edge: 26) || IsWrong(pictures: 8, inputs: 320, outputs: 1280, edge: 10);

    private static bool IsWrong(int pictures, int inputs, int outputs, int edge)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        int pixels = pictures * edge * edge;
        var x = linspace(-1, 1, pixels * inputs).reshape(pixels, inputs);
        var weight = linspace(-1, 1, outputs * inputs).sin().reshape(outputs, inputs);
        var y = nn.functional.conv2d(x.reshape(pictures, edge, edge, inputs).permute(0, 3, 1, 2), weight.reshape(outputs, inputs, 1, 1),
            strides: [1, 1], padding: [0, 0], dilation: [NothingToDilate, NothingToDilate]);
        var right = matmul(x.to(float64), weight.to(float64).t());
        return (y.permute(0, 2, 3, 1).reshape(pixels, outputs).to(float64) - right).abs().max().item<double>() > 1e-4 * right.abs().max().item<double>();
    }

    // oneDNN has no kernel for the gradient of a strided depthwise convolution in bfloat16: its fallback takes ten times
    // as long as the one in float32, which is why Of goes to float32 and back there. On maps that are smaller than the
    // kernel its bfloat16 gradient leaves the taps that only meet padding unwritten: they would hold what memory held, NaN too.
    private static Tensor As(ScalarType type, Tensor x) => x.dtype == type ? x : x.to(type);
}
