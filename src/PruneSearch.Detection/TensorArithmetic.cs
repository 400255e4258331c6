using TorchSharp;

namespace PruneSearch.Detection;

/// <summary>
/// Sums, products and squares whose numbers live as long as native code reads them. TorchSharp turns a number into a native
/// <see cref="Scalar"/> of its own in <c>x * 2</c>, <c>x.square()</c> and even in <c>x + y</c>, which counts y once; nothing
/// holds that scalar while torch reads it, so that a garbage collection on another thread may free it: torch then refuses
/// the number, or computes with another one. What has to keep its number is an expression of these methods, or holds the
/// <see cref="Scalar"/> itself, in a field or a <c>using</c>.
/// </summary>
public static class TensorArithmetic
{
    private static readonly Scalar Zero = 0, One = 1, Two = 2;

    /// <summary>x + y.</summary>
    public static Tensor Plus(this Tensor x, Tensor y) => x.add(y, One);

    /// <summary>x + y for a held number.</summary>
    public static Tensor Plus(this Tensor x, Scalar y) => x.add(y, One);

    /// <summary>x + y for any number.</summary>
    public static Tensor Plus(this Tensor x, double y)
    {
        using Scalar held = y;
        return x.add(held, One);
    }

    /// <summary>Adds y to x itself, and answers x.</summary>
    public static Tensor PlusInPlace(this Tensor x, Tensor y) => x.add_(y, One);

    /// <summary>x · factor.</summary>
    public static Tensor Times(this Tensor x, double factor)
    {
        using Scalar held = factor;
        return x.mul(held);
    }

    /// <summary>x / divisor.</summary>
    public static Tensor Over(this Tensor x, double divisor)
    {
        using Scalar held = divisor;
        return x.div(held);
    }

    /// <summary>1 − x.</summary>
    public static Tensor OneMinus(this Tensor x) => x.neg().add(One, One);

    /// <summary>x · x, value by value.</summary>
    public static Tensor Squared(this Tensor x) => x.pow(Two);

    /// <summary>The whole numbers from 0 up to <paramref name="end"/>, which is not among them.</summary>
    /// <param name="end">How many.</param>
    /// <param name="device">Where they are wanted; the CPU by default.</param>
    /// <returns>int64 <c>[end]</c>; the caller owns it.</returns>
    public static Tensor UpTo(long end, Device? device = null)
    {
        using Scalar held = end;
        return arange(Zero, held, One, dtype: ScalarType.Int64, device: device);
    }
}
