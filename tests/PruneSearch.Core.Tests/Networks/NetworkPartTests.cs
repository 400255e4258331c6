using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Ssd;
using PruneSearch.Core.Networks;

namespace PruneSearch.Tests.Core.Networks;

public sealed class NetworkPartTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Parts_add_up_to_the_network(bool batchNorm)
    {
        var network = DetectorCatalog.Build(
            new DetectorSpec { Architecture = SsdFamily.Architecture, Classes = ["a"], BatchNorm = batchNorm, Options = new SsdOptions() }).Network;
        var parts = NetworkPart.Of(network);
        Assert.Equal(network.Macs, parts.Sum(p => p.Macs));
        Assert.Equal(network.Parameters, parts.Sum(p => p.Parameters));
        Assert.Equal(["Conv", "expanded_conv", "expanded_conv_1"], parts.Take(3).Select(p => p.Name));
        Assert.Equal(150L * 150 * 32 * 27, parts[0].Macs);
        Assert.Equal(32 * 27 + (batchNorm ? 64 : 32), parts[0].Parameters);
    }

    [Fact]
    public void A_part_computes_or_has_tensors_and_what_does_neither_is_none()
    {
        var b = new NetworkBuilder();
        string image = b.Input("image", 3, 8, 8), half = b.MaxPool("pool", image, 2, 2, PaddingStyle.TensorFlowSame);
        b.Conv("head", image, ChannelLayout.Fixed(4), 1);
        b.SharedConv("again", half, "head");
        b.BatchNorm("norm", half);

        Assert.Equal(
            [new NetworkPart("head", 4 * 3 * 64, 4 * 3 + 4), new NetworkPart("again", 4 * 3 * 16, 0), new NetworkPart("norm", 0, 6)],
            NetworkPart.Of(b.Build()));
    }
}
