using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace PruneSearch.Detection.Networks;

/// <summary>A batch norm with what comes after it on whole feature maps that have a <see cref="NormLayout"/>, several pieces at a time.</summary>
/// <typeparam name="T">Type of the numbers in memory.</typeparam>
/// <typeparam name="TNumbers">How they are read and written.</typeparam>
/// <typeparam name="TActivation">What comes after it.</typeparam>
internal sealed unsafe class NormRows<T, TNumbers, TActivation> : INormRows
    where T : unmanaged
    where TNumbers : struct, IMapNumbers<T>
    where TActivation : struct, INormActivation
{
    /// <inheritdoc/>
    public NormMoments Moments(Tensor x, NormLayout layout)
    {
        int width = layout.Width;
        float[] means = new float[layout.Pieces * width], squares = new float[means.Length];
        nint data = Address(x);
        ForEach(layout, (p, first, count) =>
            NormPiece<T, TNumbers, TActivation>.Moments((T*)data + first * width, count, width, means.AsSpan(p * width, width), squares.AsSpan(p * width, width)));
        var moments = new NormMoments(layout.Channels, layout.Rows * layout.Together);
        moments.Join(means, squares, [.. Enumerable.Range(0, layout.Pieces * layout.Together).Select(i => layout.Piece(i / layout.Together).Count)]);
        return moments;
    }

    /// <inheritdoc/>
    public void Forward(Tensor x, NormLayout layout, NormMoments moments, Tensor result)
    {
        nint from = Address(x), to = Address(result);
        var repeated = moments.Repeated(layout.Together);
        ForEach(layout, (_, first, count) =>
            NormPiece<T, TNumbers, TActivation>.Forward((T*)from + first * layout.Width, (T*)to + first * layout.Width, count, repeated));
    }

    /// <inheritdoc/>
    public (float[] Weight, float[] Bias) Backward(Tensor x, NormLayout layout, Tensor gradient, NormMoments moments, Tensor result)
    {
        int width = layout.Width;
        long stride = NormLayout.StrideOf(gradient) * layout.Together;
        nint from = Address(x), given = Address(gradient), to = Address(result);
        var repeated = moments.Repeated(layout.Together);
        float[] weights = new float[layout.Pieces * width], biases = new float[weights.Length];
        ForEach(layout, (p, first, count) => NormPiece<T, TNumbers, TActivation>.Sums(
            (T*)from + first * width, (T*)given + first * stride, stride, count, repeated,
            weights.AsSpan(p * width, width), biases.AsSpan(p * width, width)));
        float[] weight = Join(weights, layout.Channels), bias = Join(biases, layout.Channels);
        float[] weightOfRow = NormMoments.Repeat(weight, layout.Together), biasOfRow = NormMoments.Repeat(bias, layout.Together);
        ForEach(layout, (_, first, count) => NormPiece<T, TNumbers, TActivation>.Backward(
            (T*)from + first * width, (T*)given + first * stride, stride, (T*)to + first * width, count, repeated, weightOfRow, biasOfRow));
        return (weight, bias);
    }

    // TorchSharp only tells where tensors without gaps lie: the channels of the first position are one.
    private static nint Address(Tensor x)
    {
        using var scope = NewDisposeScope();
        return (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(x.detach().narrow(0, 0, 1).narrow(2, 0, 1).narrow(3, 0, 1).bytes));
    }

    private static float[] Join(float[] pieces, int channels)
    {
        double[] sums = new double[channels];
        for (int i = 0; i < pieces.Length; i++)
        {
            sums[i % channels] += pieces[i];
        }
        return [.. sums.Select(s => (float)s)];
    }

    // As many at a time as torch would use on this thread.
    private static void ForEach(NormLayout layout, Action<int, long, int> act)
    {
        void One(int piece)
        {
            var (first, count) = layout.Piece(piece);
            act(piece, first, count);
        }
        int threads = Math.Min(layout.Pieces, get_num_threads());
        if (threads > 1)
        {
            Parallel.For(0, layout.Pieces, new ParallelOptions { MaxDegreeOfParallelism = threads }, One);
            return;
        }
        for (int piece = 0; piece < layout.Pieces; piece++)
        {
            One(piece);
        }
    }
}
