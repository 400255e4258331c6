using System.Runtime.Intrinsics;

namespace PruneSearch.Detection.Networks;

/// <summary>The arithmetic of a batch norm with what comes after it on a piece of a feature map: rows of channels, sixteen channels at a time.</summary>
/// <typeparam name="T">Type of the numbers in memory.</typeparam>
/// <typeparam name="TNumbers">How they are read and written.</typeparam>
/// <typeparam name="TActivation">What comes after it.</typeparam>
internal static unsafe class NormPiece<T, TNumbers, TActivation>
    where T : unmanaged
    where TNumbers : struct, IMapNumbers<T>
    where TActivation : struct, INormActivation
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

    /// <summary>The function of the normalised values.</summary>
    public static void Forward(T* x, T* result, int rows, NormMoments moments)
    {
        int width = moments.Mean.Length;
        for (int c = 0; c < width; c += Lanes)
        {
            Vector512<float> scale = Read(moments.Scale, c), shift = Read(moments.Shift, c);
            T* at = x + c, to = result + c;
            for (int r = 0; r < rows; r++, at += width, to += width)
            {
                TNumbers.Store(TActivation.Of(Vector512.FusedMultiplyAdd(TNumbers.Load(at), scale, shift)), to);
            }
        }
    }

    /// <summary>Sums over the rows of the gradient of the normalised values: times what was normalised, and by itself.</summary>
    public static void Sums(T* x, T* gradient, long stride, int rows, NormMoments moments, Span<float> weights, Span<float> biases)
    {
        int width = moments.Mean.Length;
        for (int c = 0; c < width; c += Lanes)
        {
            Vector512<float> scale = Read(moments.Scale, c), shift = Read(moments.Shift, c), mean = Read(moments.Mean, c), inverse = Read(moments.Inverse, c);
            Vector512<float> weight = Vector512<float>.Zero, bias = Vector512<float>.Zero;
            T* at = x + c, given = gradient + c;
            for (int r = 0; r < rows; r++, at += width, given += stride)
            {
                var value = TNumbers.Load(at);
                var own = TActivation.Gradient(Vector512.FusedMultiplyAdd(value, scale, shift), TNumbers.Load(given));
                bias += own;
                weight = Vector512.FusedMultiplyAdd(own, (value - mean) * inverse, weight);
            }
            weight.CopyTo(weights[c..]);
            bias.CopyTo(biases[c..]);
        }
    }

    /// <summary>Gradient of what was normalised (Ioffe and Szegedy 2015, section 3).</summary>
    public static void Backward(T* x, T* gradient, long stride, T* result, int rows, NormMoments moments, float[] weights, float[] biases)
    {
        int width = moments.Mean.Length;
        var count = Vector512.Create((float)moments.Count);
        for (int c = 0; c < width; c += Lanes)
        {
            Vector512<float> scale = Read(moments.Scale, c), shift = Read(moments.Shift, c), mean = Read(moments.Mean, c);
            Vector512<float> slope = Read(weights, c) * Read(moments.Inverse, c) / count, offset = Read(biases, c) / count;
            T* at = x + c, given = gradient + c, to = result + c;
            for (int r = 0; r < rows; r++, at += width, given += stride, to += width)
            {
                var value = TNumbers.Load(at);
                var own = TActivation.Gradient(Vector512.FusedMultiplyAdd(value, scale, shift), TNumbers.Load(given));
                TNumbers.Store((own - offset - (value - mean) * slope) * scale, to);
            }
        }
    }

    private static Vector512<float> Read(float[] values, int at) => Vector512.Create(values, at);
}
