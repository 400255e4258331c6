using PruneSearch.Core.Networks;

namespace PruneSearch.Tests.Core.Networks;

public sealed class NetworkBuilderTests
{
    [Fact]
    public void Shared_tensors_exist_once_and_compute_twice()
    {
        var b = new NetworkBuilder();
        string image = b.Input("image", 3, 8, 8), half = b.MaxPool("half", image, 2, 2, PaddingStyle.TensorFlowSame);
        b.Conv("head", image, b.Group("H", ChannelGroupKind.Head, 4), 3);
        b.SharedConv("head@2", half, "head");
        var network = b.Build();
        Assert.Equal(["head.weight", "head.bias"], network.Tensors.Select(t => t.Name));
        Assert.Equal(4 * 27 * (64 + 16), network.Macs);
        Assert.Equal(2, network.Group("H").Slices.Count);
    }

    [Fact]
    public void Layers_that_do_not_fit_are_named()
    {
        var b = new NetworkBuilder();
        string image = b.Input("image", 3, 8, 8);
        string a = b.Conv("a", image, b.Group("A", ChannelGroupKind.Neck, 4), 3), c = b.Conv("c", image, b.Group("C", ChannelGroupKind.Neck, 4), 3);
        Refused("'sum'", () => b.Sum("sum", a, c));
        Refused("'half'", () => b.Concat("half", a, b.MaxPool("pool", a, 2, 2, PaddingStyle.TensorFlowSame)));
        Refused("3 groups", () => b.Conv("g", a, ChannelLayout.Fixed(6), 3, groups: 3));
        Refused("'nothing'", () => b.Depthwise("d", "nothing", 3));
        Refused("'a'", () => b.Depthwise("a", c, 3));
        Refused("asked for Neck of 5", () => b.Group("A", ChannelGroupKind.Neck, 5));
        Refused("no convolution", () => b.SharedConv("s", a, "pool"));
        Refused("which reads", () => b.SharedConv("s", a, "c"));
        Refused("blocks of 3", () => b.SpaceToDepth("s2d", a, 3));
        Refused("1 × 1", () => b.Scale("scale", a, c));
    }

    private static void Refused(string message, Action build) =>
        Assert.Contains(message, Assert.Throws<ArgumentException>(build).Message, StringComparison.Ordinal);
}
