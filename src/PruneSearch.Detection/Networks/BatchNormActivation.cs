using PruneSearch.Core.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace PruneSearch.Detection.Networks;

/// <summary>
/// Batch normalisation with the statistics of the batch and an elementwise function after it, as one step of a training. It keeps nothing
/// but its input, and no feature map stands between the two. The work is cut into pieces by the shape alone and added up in their order: the
/// result does not depend on the number of threads.
/// </summary>
internal sealed class BatchNormActivation : autograd.SingleTensorFunction<BatchNormActivation>
{
    private const string Moments = "moments", Rows = "rows";
    private const float Momentum = 0.1f; // of the running statistics

    /// <inheritdoc/>
    public override string Name => nameof(BatchNormActivation);

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
    /// <param name="activation">What comes after it, one that <see cref="INormRows.Knows"/>; nothing when <see langword="null"/>.</param>
    public static Tensor Apply(
        Tensor x, Tensor weight, Tensor bias, Tensor runningMean, Tensor runningVariance, double epsilon, ActivationFunction? activation) =>
        apply(x, weight, bias, new Running(runningMean, runningVariance, epsilon), INormRows.Of(x.dtype, activation));

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        using var scope = NewDisposeScope();
        var (x, running, rows) = ((Tensor)vars[0], (Running)vars[3], (INormRows)vars[4]);
        var layout = NormLayout.Of(x)!.Value;
        var moments = rows.Moments(x, layout);
        moments.Finish(Values((Tensor)vars[1]), Values((Tensor)vars[2]), running.Epsilon);
        running.Move(moments);
        var result = empty_like(x);
        rows.Forward(x, layout, moments, result);
        ctx.save_for_backward([x]);
        ctx.save_data(Moments, moments);
        ctx.save_data(Rows, rows);
        return result.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var scope = NewDisposeScope();
        var x = ctx.get_saved_variables()[0];
        var layout = NormLayout.Of(x)!.Value;
        bool fits = grad_output.dtype == x.dtype && (layout.Together == 1 ? NormLayout.StrideOf(grad_output) > 0 : NormLayout.Of(grad_output) is not null);
        var gradient = fits ? grad_output : TorchNetwork.ChannelsLast(grad_output.to(x.dtype));
        var result = empty_like(x);
        var (weight, bias) = ((INormRows)ctx.get_data(Rows)).Backward(x, layout, gradient, (NormMoments)ctx.get_data(Moments), result);
        Tensor Channels(float[] values) => AlignedTensor.Of(values, [values.Length]).MoveToOuterDisposeScope();
        return [result.MoveToOuterDisposeScope(), Channels(weight), Channels(bias), null!, null!];
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
