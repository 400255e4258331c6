using TorchSharp;
using static TorchSharp.torch;

namespace PruneSearch.Detection.Networks;

/// <summary>
/// Batch normalisation with the statistics of the batch and SiLU after it, as one step of a training. It keeps nothing but its input,
/// and no feature map stands between the two. The work is cut into pieces by the shape alone and added up in their order: the result
/// does not depend on the number of threads.
/// </summary>
internal sealed class BatchNormSilu : autograd.SingleTensorFunction<BatchNormSilu>
{
    private const string Saved = "moments";
    private const float Momentum = 0.1f; // of the running statistics

    /// <inheritdoc/>
    public override string Name => nameof(BatchNormSilu);

    /// <summary>Whether a feature map can be computed here: on the CPU, float32 or bfloat16, in a <see cref="NormLayout"/>.</summary>
    public static bool Fits(Tensor x) =>
        x.device.type == DeviceType.CPU && x.dtype is ScalarType.Float32 or ScalarType.BFloat16 && NormLayout.Of(x) is not null;

    /// <summary>Computes it; gradients flow to the first three.</summary>
    /// <param name="x">Feature map <c>[N, channels, H, W]</c> that <see cref="Fits"/>.</param>
    /// <param name="weight">Scale <c>[channels]</c>.</param>
    /// <param name="bias">Shift <c>[channels]</c>.</param>
    /// <param name="runningMean">Is moved towards the mean of the batch.</param>
    /// <param name="runningVariance">Is moved towards its unbiased variance.</param>
    /// <param name="epsilon">Added to the variance.</param>
    public static Tensor Apply(Tensor x, Tensor weight, Tensor bias, Tensor runningMean, Tensor runningVariance, double epsilon) =>
        apply(x, weight, bias, new Running(runningMean, runningVariance, epsilon));

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        using var scope = NewDisposeScope();
        var (x, running) = ((Tensor)vars[0], (Running)vars[3]);
        var layout = NormLayout.Of(x)!.Value;
        bool single = x.dtype == ScalarType.Float32;
        var moments = single ? NormRows<float, Singles>.Moments(x, layout) : NormRows<ushort, UpperHalves>.Moments(x, layout);
        moments.Finish(Values((Tensor)vars[1]), Values((Tensor)vars[2]), running.Epsilon);
        running.Move(moments);
        var result = empty_like(x);
        if (single)
        {
            NormRows<float, Singles>.Forward(x, layout, moments, result);
        }
        else
        {
            NormRows<ushort, UpperHalves>.Forward(x, layout, moments, result);
        }
        ctx.save_for_backward([x]);
        ctx.save_data(Saved, moments);
        return result.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var scope = NewDisposeScope();
        var x = ctx.get_saved_variables()[0];
        var moments = (NormMoments)ctx.get_data(Saved);
        var layout = NormLayout.Of(x)!.Value;
        bool rows = grad_output.dtype == x.dtype && (layout.Together == 1 ? NormLayout.StrideOf(grad_output) > 0 : NormLayout.Of(grad_output) is not null);
        var gradient = rows ? grad_output : TorchNetwork.ChannelsLast(grad_output.to(x.dtype));
        var result = empty_like(x);
        var (weight, bias) = x.dtype == ScalarType.Float32
            ? NormRows<float, Singles>.Backward(x, layout, gradient, moments, result)
            : NormRows<ushort, UpperHalves>.Backward(x, layout, gradient, moments, result);
        Tensor Channels(float[] values) => AlignedTensor.Of(values, [values.Length]).MoveToOuterDisposeScope();
        return [result.MoveToOuterDisposeScope(), Channels(weight), Channels(bias), null!];
    }

    private static float[] Values(Tensor tensor)
    {
        using var plain = tensor.detach();
        return plain.data<float>().ToArray();
    }

    private sealed record Running(Tensor Mean, Tensor Variance, double Epsilon)
    {
        public void Move(NormMoments moments)
        {
            Move(Mean, moments.Mean, 1);
            Move(Variance, moments.Variance, moments.Count / (moments.Count - 1.0));
        }

        private static void Move(Tensor running, float[] batch, double factor)
        {
            float[] moved = [.. Values(running).Zip(batch, (old, now) => (1 - Momentum) * old + Momentum * (float)(now * factor))];
            using var guard = no_grad();
            using var values = AlignedTensor.Of(moved, [moved.Length]);
            running.copy_(values);
        }
    }
}
