using PruneSearch.Core.Networks;
using PruneSearch.Detection.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace PruneSearch.Detection.Tests.Networks;

/// <summary>Batch norm and the function after it in one step answer as torch's two steps do, forward and backward.</summary>
public sealed class BatchNormActivationTests
{
    private const double Epsilon = 1e-3;

    private static readonly ActivationFunction?[] Functions = [null, ActivationFunction.Relu, ActivationFunction.Relu6, ActivationFunction.Silu];

    [Theory]
    [InlineData(8, 16, 13, 13)]
    [InlineData(3, 24, 10, 7)] // two positions make a row
    [InlineData(2, 20, 6, 6)] // four do
    [InlineData(4, 7, 4, 3)] // sixteen do
    [InlineData(2, 528, 9, 9)]
    [InlineData(2, 16, 80, 80)] // many pieces, the last one smaller
    [InlineData(1, 32, 1, 2)]
    public void It_is_batch_norm_and_then_the_function(int count, int channels, int height, int width)
    {
        using var scope = NewDisposeScope();
        var x = Map(count, channels, height, width, seed: 1) * 3 + Map(1, channels, 1, 1, seed: 2) * 20; // each channel about a mean of its own
        Compare(TorchNetwork.ChannelsLast(x), Map(count, channels, height, width, seed: 3), 2e-5);
    }

    [Theory]
    [InlineData(16)]
    [InlineData(24)]
    public void A_gradient_may_come_in_any_layout(int channels)
    {
        using var scope = NewDisposeScope();
        var x = Map(2, channels, 6, 6, seed: 1);
        var wide = TorchNetwork.ChannelsLast(randn(2, 3 * channels, 6, 6, generator: new Generator(5)));
        foreach (var gradient in (Tensor[])[wide.narrow(1, channels, channels), wide.contiguous().narrow(1, 0, channels), ones(1).expand(2, channels, 6, 6)])
        {
            Compare(x, gradient, 2e-5);
        }
    }

    [Fact]
    public void Large_and_small_values_stay_numbers()
    {
        using var scope = NewDisposeScope();
        var x = Map(2, 16, 8, 8, seed: 1);
        x[0, 0, 0, 0] = 1e4f; // normalised, the largest is far above the others and they are all below it
        x[1, 1, 2, 2] = -1e4f;
        Compare(x, Map(2, 16, 8, 8, seed: 2), 1e-4);
    }

    [Fact]
    public void What_is_not_a_number_stays_none()
    {
        using var scope = NewDisposeScope();
        foreach (var type in (ScalarType[])[ScalarType.Float32, ScalarType.BFloat16])
        {
            var x = Map(2, 16, 8, 8, seed: 1);
            x[0, 3, 0, 0] = float.NaN;
            foreach (var function in Functions)
            {
                var result = BatchNormActivation.Apply(x.to(type), ones(16), zeros(16), zeros(16), ones(16), Epsilon, function);
                Assert.True(result[1, 3].isnan().all().item<bool>());
                Assert.False(result[1, 4].isnan().any().item<bool>());
            }
        }
    }

    [Theory]
    [InlineData(ActivationFunction.Relu)]
    [InlineData(ActivationFunction.Relu6)]
    public void At_its_bounds_a_function_lets_no_gradient_through(ActivationFunction function)
    {
        using var scope = NewDisposeScope();
        var x = Map(2, 16, 4, 4, seed: 1).requires_grad_();
        var scale = zeros(16, requires_grad: true);
        var shift = tensor(new[] { 0f, 6f, 3f, 7f }).repeat(4).requires_grad_();
        BatchNormActivation.Apply(x, scale, shift, zeros(16), ones(16), Epsilon, function).sum().backward();
        float open = function == ActivationFunction.Relu ? 32 : 0; // so many values of a channel
        Assert.Equal([0f, open, 32f, open], shift.grad!.narrow(0, 0, 4).data<float>().ToArray());
    }

    [Fact]
    public void In_bfloat16_it_is_as_near_to_the_truth_as_the_two_steps()
    {
        using var scope = NewDisposeScope();
        var x = Map(4, 32, 12, 12, seed: 1).to(ScalarType.BFloat16);
        var gradient = Map(4, 32, 12, 12, seed: 2).to(ScalarType.BFloat16);
        Assert.True(BatchNormActivation.Fits(x));
        foreach (var function in Functions)
        {
            var truth = Run(x.to(ScalarType.Float32), gradient.to(ScalarType.Float32), function, own: false);
            Tensor[] own = Run(x, gradient, function, own: true), torch = Run(x, gradient, function, own: false);
            for (int i = 0; i < truth.Length; i++)
            {
                double error = Distance(own[i], truth[i]), theirs = Distance(torch[i], truth[i]);
                Assert.True(error <= 1.2 * theirs + 1e-6, $"{function}, part {i}: {error}, torch {theirs}");
            }
        }
    }

    [Fact]
    public void The_number_of_threads_does_not_matter()
    {
        using var scope = NewDisposeScope();
        var (x, gradient, threads) = (Map(2, 16, 80, 80, seed: 1), Map(2, 16, 80, 80, seed: 2), get_num_threads());
        try
        {
            set_num_threads(1);
            var one = Run(x, gradient, ActivationFunction.Silu, own: true);
            set_num_threads(4);
            var four = Run(x, gradient, ActivationFunction.Silu, own: true);
            Assert.All(one.Zip(four), p => Assert.True(p.First.equal(p.Second).all().item<bool>()));
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    [Fact]
    public void Other_layouts_are_left_to_torch()
    {
        using var scope = NewDisposeScope();
        Assert.True(BatchNormActivation.Fits(Map(2, 16, 4, 4, seed: 1)));
        Assert.False(BatchNormActivation.Fits(randn(2, 16, 4, 4))); // rows last
        Assert.False(BatchNormActivation.Fits(Map(1, 16, 1, 1, seed: 1))); // no variance
        Assert.False(BatchNormActivation.Fits(Map(1, 7, 3, 3, seed: 1))); // nine positions make no whole row of sixteen
        Assert.False(BatchNormActivation.Fits(Map(2, 32, 4, 4, seed: 1).narrow(1, 0, 16))); // gaps
        Assert.False(BatchNormActivation.Fits(Map(2, 16, 4, 4, seed: 1).to(ScalarType.Float64)));
    }

    private static Tensor Map(int count, int channels, int height, int width, ulong seed)
    {
        using var generator = new Generator(seed);
        return TorchNetwork.ChannelsLast(randn(count, channels, height, width, generator: generator));
    }

    private static void Compare(Tensor x, Tensor gradient, double tolerance)
    {
        Assert.True(BatchNormActivation.Fits(x));
        foreach (var function in Functions)
        {
            Tensor[] own = Run(x, gradient, function, own: true), torch = Run(x, gradient, function, own: false);
            var truth = Run(x.to(ScalarType.Float64), gradient.to(ScalarType.Float64), function, own: false);
            for (int i = 0; i < own.Length; i++)
            {
                Assert.Equal(truth[i].shape, own[i].shape);
                // Of a few values nearly nothing is left of a gradient but rounding: torch's own steps are no nearer.
                Assert.InRange(Distance(own[i], truth[i]), 0, Math.Max(tolerance, 2 * Distance(torch[i], truth[i])));
            }
        }
    }

    // Result, gradients of input, scale and shift, and both running statistics.
    private static Tensor[] Run(Tensor input, Tensor gradient, ActivationFunction? function, bool own)
    {
        long channels = input.shape[1];
        var type = input.dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        var x = input.detach().requires_grad_();
        var weight = (linspace(0.5, 2, channels) * tensor(new[] { 1f, -1f }).repeat((channels + 1) / 2).narrow(0, 0, channels)).to(type).requires_grad_();
        var bias = linspace(-3, 3, channels).to(type).requires_grad_();
        Tensor mean = linspace(-1, 1, channels).to(type), variance = linspace(0.5, 1.5, channels).to(type);
        var result = own ? BatchNormActivation.Apply(x, weight, bias, mean, variance, Epsilon, function)
            : TwoSteps(x, weight, bias, mean, variance, function);
        result.backward([gradient]);
        return [result.detach(), x.grad!, weight.grad!, bias.grad!, mean, variance];
    }

    private static Tensor TwoSteps(Tensor x, Tensor weight, Tensor bias, Tensor mean, Tensor variance, ActivationFunction? function)
    {
        var normal = nn.functional.batch_norm(x, mean, variance, weight, bias, training: true, momentum: 0.1, eps: Epsilon);
        return function is { } f ? LayerFunctions.Activate(f, normal, inPlace: false) : normal;
    }

    private static double Distance(Tensor found, Tensor wanted)
    {
        var (a, b) = (found.to(ScalarType.Float64), wanted.to(ScalarType.Float64));
        return ((a - b).abs().max() / b.abs().max()).item<double>();
    }
}
