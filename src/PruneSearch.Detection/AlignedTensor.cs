using System.Runtime.InteropServices;
using TorchSharp;

namespace PruneSearch.Detection;

/// <summary>
/// Copies numbers into memory that torch allocates, at an address divisible by 64. TorchSharp's <c>tensor(array)</c> pins a
/// copy in managed memory instead and computes there, at an address divisible by 8 only. MKL, to which torch gives small
/// convolutions where it has one thread, adds up in another order at addresses that are not divisible by 16: the same weights
/// would give results that differ in their last bits from one process to the next.
/// </summary>
public static class AlignedTensor
{
    /// <summary>The values with a shape, on a device; the caller owns the tensor.</summary>
    /// <param name="values">Row-major, as many as the shape holds; at most 2 GiB.</param>
    /// <param name="shape">Its size in each dimension.</param>
    /// <param name="device">Where the tensor is wanted; the CPU by default.</param>
    public static Tensor Of(ReadOnlySpan<float> values, ReadOnlySpan<long> shape, Device? device = null) => Copy(values, ScalarType.Float32, shape, device);

    /// <inheritdoc cref="Of(ReadOnlySpan{float}, ReadOnlySpan{long}, Device?)"/>
    public static Tensor Of(ReadOnlySpan<long> values, ReadOnlySpan<long> shape, Device? device = null) => Copy(values, ScalarType.Int64, shape, device);

    private static Tensor Copy<T>(ReadOnlySpan<T> values, ScalarType type, ReadOnlySpan<long> shape, Device? device)
        where T : unmanaged
    {
        using var scope = NewDisposeScope();
        var copy = empty(shape, type);
        MemoryMarshal.AsBytes(values).CopyTo(copy.bytes);
        // From pinned memory a GPU fetches the values when it comes to them, and nobody waits; torch keeps that memory until then.
        return (device?.type == DeviceType.CUDA ? copy.pin_memory().to(device, non_blocking: true) : copy).MoveToOuterDisposeScope();
    }
}
