using PruneSearch.Core.Networks;
using PruneSearch.Core.Weights;
using PruneSearch.Detection.Networks;
using PruneSearch.Detection;
using TorchSharp;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Detection.Networks;

public class UnreachedTapsTests
{
    /// <summary>On a map that is smaller than the kernel some taps only ever meet padding: their gradient is zero, whatever memory held before.</summary>
    [Theory]
    [InlineData(1, 1, false, ScalarType.Float32)]
    [InlineData(1, 1, true, ScalarType.Float32)]
    [InlineData(1, 2, true, ScalarType.Float32)]
    [InlineData(2, 2, true, ScalarType.Float32)]
    [InlineData(2, 2, false, ScalarType.Float32)]
    [InlineData(1, 1, false, ScalarType.BFloat16)]
    [InlineData(1, 1, true, ScalarType.BFloat16)]
    public void Taps_that_only_meet_padding_have_no_gradient(int size, int stride, bool depthwise, ScalarType type)
    {
        const int channels = 64;
        var builder = new NetworkBuilder();
        string x = builder.Input("image", channels, size, size);
        string head = depthwise ? builder.Depthwise("conv", x, 3, stride) : builder.Conv("conv", x, ChannelLayout.Fixed(channels), 3, stride);
        builder.Output("maps", [head], channels);
        var network = builder.Build();
        var weights = new WeightSet();
        var random = new Random(1);
        foreach (var t in network.Tensors)
        {
            weights.Add(t.Name, new WeightTensor([.. t.Shape], [.. Enumerable.Range(0, (int)t.Length).Select(_ => (float)random.NextDouble())]));
        }
        using var torch = new TorchNetwork(network, weights) { ConvolutionType = type };
        using var images = rand([8, channels, size, size]);
        bool[] reached = Reached(size, stride, ((ConvLayer)network["conv"]).Padding);

        for (int round = 0; round < 20; round++)
        {
            using var scope = NewDisposeScope();
            foreach (long length in (long[])[9 * channels, 9 * channels * channels])
            {
                for (int i = 0; i < 8; i++)
                {
                    using var dirt = ones([length]).Times(1e30);
                }
            }
            torch.Forward(images, training: true)["maps"].sum().backward();
            var gradient = torch.Tensors["conv.weight"].grad!;
            float[] values = gradient.to(ScalarType.Float32).reshape(-1, 9).abs().amax([0]).data<float>().ToArray();
            for (int tap = 0; tap < 9; tap++)
            {
                Assert.True(reached[tap] ? values[tap] is > 0 and < 1e6f : values[tap] == 0, $"round {round}, tap {tap}: gradient {values[tap]}");
            }
            gradient.zero_();
        }
    }

    private static bool[] Reached(int size, int stride, PruneSearch.Core.Networks.Padding padding)
    {
        bool[] reached = new bool[9];
        int outputs = (size + stride - 1) / stride;
        for (int tap = 0; tap < 9; tap++)
        {
            bool Meets(int k, int before) => Enumerable.Range(0, outputs).Any(o => (o * stride) + k - before is var at && at >= 0 && at < size);
            reached[tap] = Meets(tap / 3, padding.Top) && Meets(tap % 3, padding.Left);
        }
        return reached;
    }
}
