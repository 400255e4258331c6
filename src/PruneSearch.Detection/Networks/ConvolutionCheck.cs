using System.Collections.Concurrent;
using System.Runtime.Intrinsics.X86;
using TorchSharp;
using static TorchSharp.torch;

namespace PruneSearch.Detection.Networks;

/// <summary>What decides which kernel the library takes for a convolution in float32 on the CPU, apart from the processor.</summary>
/// <param name="Pictures">Pictures in a batch.</param>
/// <param name="Inputs">Input channels.</param>
/// <param name="Outputs">Output channels.</param>
/// <param name="Height">Rows of the input, without what <paramref name="Above"/> and <paramref name="Left"/> add.</param>
/// <param name="Width">Columns of the input, likewise.</param>
/// <param name="Kernel">Edge of the kernel in taps.</param>
/// <param name="Stride">Pixels from one output to the next.</param>
/// <param name="Above">Rows of zeros above and below.</param>
/// <param name="Left">Columns of zeros at the left and right.</param>
/// <param name="Groups">Groups of channels that do not see one another.</param>
/// <param name="Threads">Threads that compute it.</param>
internal readonly record struct ConvolutionShape(
    long Pictures, long Inputs, long Outputs, long Height, long Width, int Kernel, int Stride, long Above, long Left, int Groups, int Threads);

/// <summary>
/// Finds the convolutions that the library of kernels computes wrongly on this processor, and computes them in another way.
/// <para>
/// oneDNN 3.7.1 plans its kernels by the sizes of the caches that CPUID tells. Virtual machines on AMD processors may hide leaf 8000001DH (AMD64
/// Architecture Programmer's Manual, volume 3, E.4.15). On one that does, its forward kernels left whole output channels wrong in 41 of 595 shapes
/// with one tap and, with AVX2 alone, in 139 of 598 with nine; gradients were right. In bfloat16 gradients were wrong, too: there such a
/// processor computes in float32.
/// </para>
/// </summary>
internal static class ConvolutionCheck
{
    private const int CacheLeaf = unchecked((int)0x8000001d), FirstExtendedLeaf = unchecked((int)0x80000000), CacheType = 31;
    private const int Amd = 0x68747541, Hygon = 0x6f677948;

    private const double Tolerance = 1e-3;

    private static readonly ConcurrentDictionary<ConvolutionShape, bool> Wrong = new();

    private static readonly Lazy<bool> Suspicious = new(() => CachesAreHidden()
        || IsWrong(new(1, 64, 80, 26, 26, 1, 1, 0, 0, 1, get_num_threads()))
        || IsWrong(new(8, 320, 1280, 10, 10, 1, 1, 0, 0, 1, get_num_threads())));

    /// <summary>Whether the library may err on this processor.</summary>
    public static bool MayErr => Suspicious.Value;

    /// <summary>Whether the library computes this shape wrongly here in float32: tried once with made-up numbers.</summary>
    public static bool Errs(ConvolutionShape shape) => MayErr && Wrong.GetOrAdd(shape, IsWrong);

    /// <summary>A convolution by the kernel of a gradient: that with respect to the input of one whose kernel is turned around.</summary>
    /// <param name="x">Feature map <c>[N, inputs, H, W]</c>.</param>
    /// <param name="weight">Kernels <c>[outputs, inputs / groups, k, k]</c>.</param>
    /// <param name="bias">One number for each output channel, or none.</param>
    /// <param name="stride">Pixels from one output to the next.</param>
    /// <param name="above">Rows of zeros above and below, fewer than the kernel has taps.</param>
    /// <param name="left">Columns of zeros at the left and right, likewise.</param>
    /// <param name="groups">Groups of channels that do not see one another.</param>
    public static Tensor ByGradient(Tensor x, Tensor weight, Tensor? bias, int stride, long above, long left, int groups)
    {
        long taps = weight.shape[2], dilation = Convolution.Dilation(taps);
        var turned = weight.flip(2, 3).reshape(groups, weight.shape[0] / groups, weight.shape[1], taps, taps).transpose(1, 2)
            .reshape(groups * weight.shape[1], weight.shape[0] / groups, taps, taps);
        var y = nn.functional.conv_transpose2d(x, TorchNetwork.ChannelsLast(turned), bias,
            padding: [taps - 1 - above, taps - 1 - left], groups: groups, dilation: [dilation, dilation]);
        return Convolution.EveryNth(y, stride);
    }

    private static bool IsWrong(ConvolutionShape shape)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var x = Waves(shape.Pictures, shape.Height, shape.Width, shape.Inputs).permute(0, 3, 1, 2);
        var weight = Waves(shape.Outputs, shape.Kernel, shape.Kernel, shape.Inputs / shape.Groups).permute(0, 3, 1, 2);
        long dilation = Convolution.Dilation(shape.Kernel);
        var got = nn.functional.conv2d(
            x, weight, strides: [shape.Stride, shape.Stride], padding: [shape.Above, shape.Left], dilation: [dilation, dilation], groups: shape.Groups);
        var right = ByGradient(x, weight, bias: null, shape.Stride, shape.Above, shape.Left, shape.Groups);
        return (got - right).abs().max().item<float>() > Tolerance * right.abs().max().item<float>();
    }

    private static Tensor Waves(params long[] sizes)
    {
        long count = sizes.Aggregate(1L, (product, size) => product * size);
        return linspace(0, .7 * count, count).sin_().reshape(sizes);
    }

    private static bool CachesAreHidden() =>
        X86Base.IsSupported && X86Base.CpuId(0, 0).Ebx is Amd or Hygon && X86Base.CpuId(FirstExtendedLeaf, 0).Eax >= CacheLeaf
        && (X86Base.CpuId(CacheLeaf, 0).Eax & CacheType) == 0;
}
