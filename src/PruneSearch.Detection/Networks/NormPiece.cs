using System.Runtime.Intrinsics;

namespace PruneSearch.Detection.Networks;

/// <summary>The arithmetic of a batch norm with SiLU on a piece of a feature map: rows of channels, sixteen channels at a time.</summary>
/// <typeparam name="T">Type of the numbers in memory.</typeparam>
/// <typeparam name="TNumbers">How they are read and written.</typeparam>
internal static unsafe class NormPiece<T, TNumbers>
    where T : unmanaged
    where TNumbers : struct, IMapNumbers<T>
{
    private const int Lanes = NormLayout.Lanes;

    /// <summary>Mean of each channel over the rows, and the sum of squares about it.</summary>
    public static void Moments(T* x, int rows, int width, Span<float> means, Span<float> squares)
    {
        for (int c = 0; c < width; c += Lanes)
        {
            var sum = Vector512<float>.Zero;
            T* at = x + c;
            for (int r = 0; r < rows; r++, at += width)
            {
                sum += TNumbers.Load(at);
            }
            var mean = sum / Vector512.Create((float)rows);
            var square = Vector512<float>.Zero;
            at = x + c;
            for (int r = 0; r < rows; r++, at += width)
            {
                var apart = TNumbers.Load(at) - mean;
                square = Vector512.FusedMultiplyAdd(apart, apart, square);
            }
            mean.CopyTo(means[c..]);
            square.CopyTo(squares[c..]);
        }
    }

    /// <summary>SiLU of the normalised values.</summary>
    public static void Forward(T* x, T* result, int rows, NormMoments moments)
    {
        int width = moments.Mean.Length;
        for (int c = 0; c < width; c += Lanes)
        {
            Vector512<float> scale = Read(moments.Scale, c), shift = Read(moments.Shift, c);
            T* at = x + c, to = result + c;
            for (int r = 0; r < rows; r++, at += width, to += width)
            {
                var y = Vector512.FusedMultiplyAdd(TNumbers.Load(at), scale, shift);
                TNumbers.Store(y * Sigmoid(y), to);
            }
        }
    }

    /// <summary>Gradient of the normalised values before SiLU, and its sums over the rows, times what was normalised and by itself.</summary>
    public static void Sums(T* x, T* gradient, long stride, T* result, int rows, NormMoments moments, Span<float> weights, Span<float> biases)
    {
        int width = moments.Mean.Length;
        for (int c = 0; c < width; c += Lanes)
        {
            Vector512<float> scale = Read(moments.Scale, c), shift = Read(moments.Shift, c), mean = Read(moments.Mean, c), inverse = Read(moments.Inverse, c);
            Vector512<float> weight = Vector512<float>.Zero, bias = Vector512<float>.Zero;
            T* at = x + c, given = gradient + c, to = result + c;
            for (int r = 0; r < rows; r++, at += width, given += stride, to += width)
            {
                var value = TNumbers.Load(at);
                var y = Vector512.FusedMultiplyAdd(value, scale, shift);
                var sigmoid = Sigmoid(y);
                var own = TNumbers.Load(given) * sigmoid * Vector512.FusedMultiplyAdd(y, Vector512<float>.One - sigmoid, Vector512<float>.One);
                TNumbers.Store(own, to);
                bias += own;
                weight = Vector512.FusedMultiplyAdd(own, (value - mean) * inverse, weight);
            }
            weight.CopyTo(weights[c..]);
            bias.CopyTo(biases[c..]);
        }
    }

    /// <summary>Turns the gradient of the normalised values, in place, into that of what was normalised (Ioffe and Szegedy 2015, section 3).</summary>
    public static void Backward(T* x, T* result, int rows, NormMoments moments, float[] weights, float[] biases)
    {
        int width = moments.Mean.Length;
        var count = Vector512.Create((float)moments.Count);
        for (int c = 0; c < width; c += Lanes)
        {
            Vector512<float> scale = Read(moments.Scale, c), mean = Read(moments.Mean, c);
            Vector512<float> slope = Read(weights, c) * Read(moments.Inverse, c) / count, offset = Read(biases, c) / count;
            T* at = x + c, to = result + c;
            for (int r = 0; r < rows; r++, at += width, to += width)
            {
                TNumbers.Store((TNumbers.Load(to) - offset - (TNumbers.Load(at) - mean) * slope) * scale, to);
            }
        }
    }

    private static Vector512<float> Read(float[] values, int at) => Vector512.Create(values, at);

    private static Vector512<float> Sigmoid(Vector512<float> y) => Vector512<float>.One / (Vector512<float>.One + Exponential(-y));

    // e^t to about 2 units in the last place: 2^n times a polynomial of what is left (Moshier's Cephes library).
    private static Vector512<float> Exponential(Vector512<float> t)
    {
        t = Vector512.Min(Vector512.Max(t, Vector512.Create(-87f)), Vector512.Create(88f));
        var n = Vector512.Round(t * Vector512.Create(1.44269504f));
        var r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-0.693359375f), t);
        r = Vector512.FusedMultiplyAdd(n, Vector512.Create(2.12194440e-4f), r);
        var p = Vector512.Create(1.9875691500e-4f);
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1.3981999507e-3f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(8.3334519073e-3f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(4.1665795894e-2f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1.6666665459e-1f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(5.0000001201e-1f));
        p = Vector512.FusedMultiplyAdd(p, r * r, r + Vector512<float>.One);
        return p * ((Vector512.ConvertToInt32(n) + Vector512.Create(127)) << 23).AsSingle();
    }
}
