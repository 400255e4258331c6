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

    // The last block of output channels is where a library of kernels is wrong on some processors: zeros fill it there.
    [Theory]
    [InlineData(33, null)]
    [InlineData(40, null)]
    [InlineData(72, null)]
    [InlineData(80, null)]
    [InlineData(136, null)]
    [InlineData(72, true)]
    [InlineData(24, true)]
    public void Kernels_of_one_tap_are_right_in_the_last_block_of_channels(int outputs, bool? fullBlocks)
    {
        const int Size = 26, Inputs = 64;
        using var scope = NewDisposeScope();
        var builder = new NetworkBuilder();
        builder.Output("maps", [builder.Conv("conv", builder.Input("image", Inputs, Size, Size), ChannelLayout.Fixed(outputs), 1, 1)], outputs);
        var layer = (ConvLayer)builder.Build()["conv"];
        var x = TorchNetwork.ChannelsLast(randn(2, Inputs, Size, Size, generator: new Generator(1)));
        var weight = TorchNetwork.ChannelsLast(randn(outputs, Inputs, 1, 1, generator: new Generator(2))).requires_grad_(true);
        var bias = randn(outputs, generator: new Generator(3));

        var got = fullBlocks is { } full ? Convolution.Of(layer, x, weight, bias, ScalarType.Float32, full)
            : Convolution.Of(layer, x, weight, bias, ScalarType.Float32);
        got.square().sum().backward();

        Assert.True(got.permute(0, 2, 3, 1).is_contiguous());
        var wanted = einsum("nchw,oc->nohw", x.to(float64), weight.detach().reshape(outputs, Inputs).to(float64)) + bias.to(float64).reshape(1, -1, 1, 1);
        var slope = einsum("nohw,nchw->oc", 2 * wanted, x.to(float64));
        Assert.True(wanted.allclose(got.detach().to(float64), rtol: 1e-4, atol: 1e-4));
        Assert.True(slope.allclose(weight.grad!.to(float64).reshape(outputs, Inputs), rtol: 1e-3, atol: 1e-1));
    }
}
