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

    // Where a library of kernels is wrong on some processors, and what is computed there instead.
    [Theory]
    [InlineData(1, 64, 33, 1, null)]
    [InlineData(1, 64, 80, 1, null)]
    [InlineData(2, 64, 136, 2, null)]
    [InlineData(8, 320, 1280, 1, null)]
    [InlineData(2, 64, 72, 1, true)]
    [InlineData(2, 64, 72, 2, true)]
    [InlineData(8, 12, 237, 2, false)]
    public void Kernels_of_one_tap_are_right(int pictures, int inputs, int outputs, int stride, bool? asMatrices)
    {
        const int Size = 38;
        using var scope = NewDisposeScope();
        var builder = new NetworkBuilder();
        builder.Output("maps", [builder.Conv("conv", builder.Input("image", inputs, Size, Size), ChannelLayout.Fixed(outputs), 1, stride)], outputs);
        var layer = (ConvLayer)builder.Build()["conv"];
        var x = TorchNetwork.ChannelsLast(randn(pictures, inputs, Size, Size, generator: new Generator(1)));
        var weight = TorchNetwork.ChannelsLast(randn(outputs, inputs, 1, 1, generator: new Generator(2))).requires_grad_(true);
        var bias = randn(outputs, generator: new Generator(3));

        var got = asMatrices is { } matrices ? Convolution.Of(layer, x, weight, bias, ScalarType.Float32, matrices)
            : Convolution.Of(layer, x, weight, bias, ScalarType.Float32);
        got.Squared().sum().backward();

        Assert.True(got.permute(0, 2, 3, 1).is_contiguous());
        var seen = x.to(float64)[TensorIndex.Colon, TensorIndex.Colon, TensorIndex.Slice(step: stride), TensorIndex.Slice(step: stride)];
        var wanted = einsum("nchw,oc->nohw", seen, weight.detach().reshape(outputs, inputs).to(float64)).Plus(bias.to(float64).reshape(1, -1, 1, 1));
        var slope = einsum("nohw,nchw->oc", wanted.Times(2), seen);
        Assert.True(wanted.allclose(got.detach().to(float64), rtol: 1e-4, atol: 1e-4));
        Assert.True(slope.allclose(weight.grad!.to(float64).reshape(outputs, inputs), rtol: 1e-3, atol: 10));
    }

    [Theory]
    [InlineData(2, 4, 1)]
    [InlineData(24, 19, 2)]
    public void A_depthwise_kernel_of_one_tap_is_a_factor(int channels, int size, int stride)
    {
        using var scope = NewDisposeScope();
        var builder = new NetworkBuilder();
        string read = builder.Depthwise("conv", builder.Input("image", channels, size, size), 1, stride);
        builder.Output("maps", [read], channels);
        var layer = (ConvLayer)builder.Build()["conv"];
        var x = TorchNetwork.ChannelsLast(randn(1, channels, size, size, generator: new Generator(1))).requires_grad_(true);
        var weight = TorchNetwork.ChannelsLast(randn(channels, 1, 1, 1, generator: new Generator(2))).requires_grad_(true);

        var got = Convolution.Of(layer, x, weight, bias: null, ScalarType.Float32);
        got.Squared().sum().backward();

        var seen = x.detach()[TensorIndex.Colon, TensorIndex.Colon, TensorIndex.Slice(step: stride), TensorIndex.Slice(step: stride)];
        Assert.True((seen * weight.detach().reshape(1, -1, 1, 1)).allclose(got.detach()));
        Assert.True((weight.detach().reshape(-1).Times(2) * seen.Squared().sum(0, 2, 3)).allclose(weight.grad!.reshape(-1), rtol: 1e-4));
    }

    // What memory held stood in some channels on some processors.
    [Theory]
    [InlineData(11, 200, 3, 2, 1)]
    [InlineData(393, 260, 1, 1, 1)]
    [InlineData(93, 23, 3, 1, 1)]
    [InlineData(96, 48, 3, 1, 4)]
    public void Values_and_gradients_are_right_in_bfloat16(int inputs, int outputs, int kernel, int stride, int groups)
    {
        const int Size = 19;
        using var scope = NewDisposeScope();
        var builder = new NetworkBuilder();
        builder.Output("maps", [builder.Conv("conv", builder.Input("image", inputs, Size, Size), ChannelLayout.Fixed(outputs), kernel, stride)], outputs);
        var layer = (ConvLayer)builder.Build()["conv"] with { Groups = groups };
        var x = TorchNetwork.ChannelsLast(randn(4, inputs, Size, Size, generator: new Generator(1))).requires_grad_(true);
        var weight = TorchNetwork.ChannelsLast(randn(outputs, inputs / groups, kernel, kernel, generator: new Generator(2)));

        var got = Convolution.Of(layer, x, weight, bias: null, ScalarType.BFloat16);
        got.sum().backward();

        var exact = x.detach().to(float64).requires_grad_(true);
        var wanted = nn.functional.conv2d(exact, weight.to(float64), strides: [stride, stride], padding: [kernel / 2, kernel / 2], groups: groups);
        wanted.sum().backward();
        Assert.True(Distance(wanted, got) < .02, $"values differ by {Distance(wanted, got):g2}");
        Assert.True(Distance(exact.grad!, x.grad!) < .02, $"gradients differ by {Distance(exact.grad!, x.grad!):g2}");
    }

    private static double Distance(Tensor wanted, Tensor got) =>
        ((wanted.detach() - got.detach().to(float64)).abs().max() / wanted.detach().abs().max()).item<double>();
}
