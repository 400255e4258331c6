using PruneSearch.Core.Networks;
using PruneSearch.Detection.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace PruneSearch.Detection.Tests.Networks;

/// <summary>Convolutions answer the same along every path.</summary>
public sealed class ConvolutionTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Kernels_of_one_tap_take_the_same_path_with_any_number_of_threads(int stride)
    {
        const int Size = 21, Inputs = 1280, Outputs = 40;
        using var scope = NewDisposeScope();
        var builder = new NetworkBuilder();
        builder.Output("maps", [builder.Conv("conv", builder.Input("image", Inputs, Size, Size), ChannelLayout.Fixed(Outputs), 1, stride)], Outputs);
        var layer = (ConvLayer)builder.Build()["conv"];
        var x = TorchNetwork.ChannelsLast(randn(4, Inputs, Size, Size, generator: new Generator(1)));
        var weight = TorchNetwork.ChannelsLast(randn(Outputs, Inputs, 1, 1, generator: new Generator(2)));
        int threads = get_num_threads();
        try
        {
            set_num_threads(1);
            var one = Convolution.Of(layer, x, weight, bias: null, ScalarType.Float32);
            set_num_threads(2);
            var two = Convolution.Of(layer, x, weight, bias: null, ScalarType.Float32);
            Assert.True(one.equal(two).all().item<bool>());

            var wanted = einsum("nchw,oc->nohw", x[TensorIndex.Colon, TensorIndex.Colon, TensorIndex.Slice(step: stride), TensorIndex.Slice(step: stride)],
                weight.reshape(Outputs, Inputs));
            Assert.True(wanted.allclose(two, rtol: 1e-4, atol: 1e-4));
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    // Where the library of kernels is wrong on some processors, and what is computed there instead.
    [Theory]
    [InlineData(1, 64, 33, 1, 1)]
    [InlineData(1, 64, 80, 1, 1)]
    [InlineData(2, 64, 136, 1, 2)]
    [InlineData(8, 320, 1280, 1, 1)]
    [InlineData(8, 24, 48, 3, 1)]
    [InlineData(2, 104, 200, 3, 2)]
    [InlineData(8, 12, 237, 1, 2)]
    public void Values_and_gradients_are_right(int pictures, int inputs, int outputs, int kernel, int stride)
    {
        const int Size = 38;
        using var scope = NewDisposeScope();
        var builder = new NetworkBuilder();
        builder.Output("maps", [builder.Conv("conv", builder.Input("image", inputs, Size, Size), ChannelLayout.Fixed(outputs), kernel, stride)], outputs);
        var layer = (ConvLayer)builder.Build()["conv"];
        var (x, weight, bias) = (Maps(pictures, inputs, Size), Maps(outputs, inputs, kernel).requires_grad_(true), randn(outputs, generator: new Generator(3)));

        var got = Convolution.Of(layer, x, weight, bias, ScalarType.Float32);
        got.square().sum().backward();

        Assert.True(got.permute(0, 2, 3, 1).is_contiguous());
        var exact = weight.detach().to(float64).requires_grad_(true);
        var (top, bottom, left, right) = (layer.Padding.Top, layer.Padding.Bottom, layer.Padding.Left, layer.Padding.Right);
        var wanted = nn.functional.conv2d(nn.functional.pad(x.to(float64), [left, right, top, bottom]), exact, bias.to(float64), [stride, stride]);
        wanted.square().sum().backward();
        Assert.True(wanted.detach().allclose(got.detach().to(float64), rtol: 1e-4, atol: 1e-3));
        Assert.True(exact.grad!.allclose(weight.grad!.to(float64), rtol: 1e-3, atol: 10));
    }

    // Odd channels in bfloat16 held what memory held on some processors.
    [Theory]
    [InlineData(11, 200, 3, 2)]
    [InlineData(393, 260, 1, 1)]
    [InlineData(93, 23, 3, 1)]
    public void Values_and_gradients_are_right_in_bfloat16(int inputs, int outputs, int kernel, int stride)
    {
        const int Size = 19;
        using var scope = NewDisposeScope();
        var builder = new NetworkBuilder();
        builder.Output("maps", [builder.Conv("conv", builder.Input("image", inputs, Size, Size), ChannelLayout.Fixed(outputs), kernel, stride)], outputs);
        var layer = (ConvLayer)builder.Build()["conv"];
        var (x, weight) = (Maps(4, inputs, Size).requires_grad_(true), Maps(outputs, inputs, kernel));

        var got = Convolution.Of(layer, x, weight, bias: null, ScalarType.BFloat16);
        got.sum().backward();

        var exact = x.detach().to(float64).requires_grad_(true);
        var wanted = nn.functional.conv2d(exact, weight.to(float64), strides: [stride, stride], padding: [kernel / 2, kernel / 2]);
        wanted.sum().backward();
        Assert.True(Distance(wanted, got) < .02, $"values differ by {Distance(wanted, got):g2}");
        Assert.True(Distance(exact.grad!, x.grad!) < .02, $"gradients differ by {Distance(exact.grad!, x.grad!):g2}");
    }

    private static double Distance(Tensor wanted, Tensor got) =>
        ((wanted.detach() - got.detach().to(float64)).abs().max() / wanted.detach().abs().max()).item<double>();

    [Theory]
    [InlineData(1, 1, 0, 0, 1)]
    [InlineData(1, 2, 0, 0, 4)]
    [InlineData(3, 1, 1, 1, 8)]
    [InlineData(3, 2, 1, 0, 24)]
    [InlineData(5, 2, 2, 2, 1)]
    public void The_kernel_of_a_gradient_computes_the_same(int kernel, int stride, long above, long left, int groups)
    {
        using var scope = NewDisposeScope();
        var (x, weight, bias) = (Maps(2, 24, 9), Maps(48, 24 / groups, kernel), randn(48, generator: new Generator(3)));

        var got = ConvolutionCheck.ByGradient(x, weight, bias, stride, above, left, groups);

        var wanted = nn.functional.conv2d(
            x.to(float64), weight.to(float64), bias.to(float64), [stride, stride], [above, left], groups: groups);
        Assert.True(wanted.allclose(got.to(float64), rtol: 1e-4, atol: 1e-3));
    }

    private static Tensor Maps(long first, long channels, long size) =>
        TorchNetwork.ChannelsLast(randn(first, channels, size, size, generator: new Generator((ulong)(first + channels))));
}
