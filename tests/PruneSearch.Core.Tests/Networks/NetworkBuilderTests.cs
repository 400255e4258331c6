using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.RetinaNet;
using PruneSearch.Core.Detectors.Ssd;
using PruneSearch.Core.Networks;

namespace PruneSearch.Tests.Core.Networks;

public sealed class NetworkBuilderTests
{
    [Theory]
    [InlineData("boxes", "scores")]
    [InlineData("head", "boxes")]
    public void An_output_that_is_called_like_a_layer_or_another_output_is_refused(string layer, string other)
    {
        var builder = new NetworkBuilder();
        string head = builder.Conv(layer, builder.Input("image", 3, 8, 8), ChannelLayout.Fixed(4), kernel: 1);
        builder.Output("boxes", [head], 4);
        builder.Output(other, [head], 4);

        Assert.StartsWith("Output 'boxes' is called like a layer or another output", Assert.Throws<ArgumentException>(builder.Build).Message,
            StringComparison.Ordinal);
    }

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

    [Fact]
    public void A_share_of_a_share_uses_the_tensors_of_the_first()
    {
        var b = new NetworkBuilder();
        string image = b.Input("image", 3, 8, 8), half = b.MaxPool("half", image, 2, 2, PaddingStyle.TensorFlowSame);
        b.Conv("head", image, ChannelLayout.Fixed(4), 3);
        b.SharedConv("head@2", half, "head");
        b.SharedConv("head@3", b.MaxPool("quarter", half, 2, 2, PaddingStyle.TensorFlowSame), "head@2");
        var network = b.Build();

        Assert.Equal(["head.weight", "head.bias"], network.Tensors.Select(t => t.Name));
        Assert.Equal("head.weight", ((ConvLayer)network["head@3"]).Weight);
    }

    [Fact]
    public void Maps_of_one_size_are_stacked_scaled_and_split()
    {
        var b = new NetworkBuilder();
        string image = b.Input("image", 3, 6, 4), a = b.Conv("a", image, b.Group("A", ChannelGroupKind.Neck, 4), 3);
        string stack = b.Concat("stack", a, b.Conv("c", image, ChannelLayout.Fixed(2), 3));
        string scaled = b.Scale("scaled", a, b.Activation("gate", b.GlobalAveragePool("mean", a), ActivationFunction.Sigmoid));
        string split = b.SpaceToDepth("split", a, 2);
        var network = b.Build();

        Assert.Equal("A[4] + fixed[2]", network[stack].Channels.ToString());
        Assert.Equal((6, 4, 4), (network[scaled].Height, network[scaled].Width, network[scaled].Channels.Width));
        Assert.Equal((3, 2, 16), (network[split].Height, network[split].Width, network[split].Channels.Width));
        Assert.Equal("A[4] + A[4] + A[4] + A[4]", network[split].Channels.ToString());
        Assert.Equal((6, 4), b.SizeOf(b.UpsampleTo("up", split, image)));
    }

    [Fact]
    public void Maps_that_differ_in_one_side_alone_do_not_fit()
    {
        var b = new NetworkBuilder();
        string image = b.Input("image", 4, 6, 4), flat = b.Input("flat", 4, 3, 4), narrow = b.Input("narrow", 4, 6, 2);
        string row = b.Input("row", 4, 1, 4), column = b.Input("column", 4, 6, 1), dot = b.Input("dot", 3, 1, 1);
        foreach (string other in (string[])[flat, narrow])
        {
            Refused("their sizes differ", () => b.Concat("stack", image, other));
            Refused("sums need the same", () => b.Sum("sum", image, other));
        }
        foreach (string other in (string[])[row, column, dot])
        {
            Refused("1 × 1", () => b.Scale("scale", image, other));
        }
        Refused("blocks of 4", () => b.SpaceToDepth("deep", image, 4)); // 6 rows
        Refused("blocks of 3", () => b.SpaceToDepth("deep", image, 3)); // 4 columns
    }

    [Fact]
    public void A_group_keeps_its_kind_and_is_from_one_channel_to_all()
    {
        var b = new NetworkBuilder(new Dictionary<string, int> { ["one"] = 1, ["none"] = 0, ["more"] = 5 });

        Assert.Equal(1, b.Group("one", ChannelGroupKind.Neck, 4).Width);
        Assert.Same(b.Group("one", ChannelGroupKind.Neck, 4), b.Group("one", ChannelGroupKind.Neck, 4));
        Refused("asked for Head of 4", () => b.Group("one", ChannelGroupKind.Head, 4));
        Refused("Width 5 of channel group 'more' is not from 1 to 4", () => b.Group("more", ChannelGroupKind.Neck, 4));
        var none = new NetworkBuilder(new Dictionary<string, int> { ["none"] = 0 });
        none.Group("none", ChannelGroupKind.Neck, 4); // which is no group of a block
        Refused("Width 0 of channel group 'none' is not from 1 to 4", () => none.Build());
    }

    private static void Refused(string message, Action build) =>
        Assert.Contains(message, Assert.Throws<ArgumentException>(build).Message, StringComparison.Ordinal);

    [Fact]
    public void A_block_with_no_channels_is_left_out_and_what_read_its_sum_reads_its_shortcut()
    {
        var dense = DetectorCatalog.Build(SsdFamily.Spec(["a"], new() { WidthMultiplier = 0.1 }));
        Assert.Equal(10, dense.Network.Blocks.Count); // of 17, those that do not change width or size
        var without = dense.With(new Dictionary<string, int> { ["expanded_conv_4.hidden"] = 0, ["expanded_conv_5.hidden"] = 0 });

        Assert.Equal(["expanded_conv_4", "expanded_conv_5"], without.Network.LeftOut.Select(b => b.Name));
        Assert.DoesNotContain(without.Network.Tensors, t => t.Name.StartsWith("expanded_conv_4.", StringComparison.Ordinal));
        Assert.Equal(dense.Network["expanded_conv_4.expand"].Inputs, without.Network["expanded_conv_6.expand"].Inputs);
        Assert.Equal(dense.Network.Macs - Macs("expanded_conv_4.") - Macs("expanded_conv_5."), without.Network.Macs);
        var read = DetectorCatalog.Build(DetectorSpec.FromJson(without.Spec.ToJson(), "json"));
        Assert.Equal(without.Network.Tensors.Select(t => t.Name), read.Network.Tensors.Select(t => t.Name));
        Assert.Equal(dense.Network.Parameters, read.Dense.Network.Parameters); // nothing of it is forgotten
        Assert.Equal(without.Network.LeftOut.Select(b => b.Name), read.RelativeTo(read.Spec).Dense.Network.LeftOut.Select(b => b.Name));

        Assert.Equal(
            "Width 0 of channel group 'expanded_conv_3.hidden' is not from 1 to 48.",
            Assert.Throws<ArgumentException>(() => dense.With(new Dictionary<string, int> { ["expanded_conv_3.hidden"] = 0 })).Message);

        long Macs(string block) => dense.Network.Layers.OfType<ConvLayer>().Where(l => l.Name.StartsWith(block, StringComparison.Ordinal)).Sum(Network.MacsOf);
    }

    [Theory]
    [InlineData("retinanet", "resnet-50", 12 + 6)]
    [InlineData("retinanet", "resnet-18", 5 + 6)] // and three of the four layers of each head
    [InlineData("yolox", null, 7)]
    public void Every_family_lists_its_blocks(string architecture, string? backbone, int blocks)
    {
        var spec = DetectorCatalog.Find(architecture).Template;
        var dense = DetectorCatalog.Build(backbone is null ? spec : spec.WithOption("backbone", backbone));
        Assert.Equal(blocks, dense.Network.Blocks.Count);
        var without = dense.With(dense.Network.Blocks.SelectMany(b => b.Groups).ToDictionary(g => g, _ => 0));
        Assert.Equal(blocks, without.Network.LeftOut.Count);
        Assert.Equal(dense.References, without.References);
    }

    [Theory]
    [InlineData(HeadConvolutions.Full)]
    [InlineData(HeadConvolutions.Separable)]
    public void Layers_of_a_head_are_left_out_on_all_levels_and_what_read_them_reads_what_they_read(HeadConvolutions convolutions)
    {
        var options = new RetinaNetOptions { PyramidWidth = 64, HeadDepth = 3, Heads = convolutions, WidthMultiplier = 0.1 };
        var dense = DetectorCatalog.Build(RetinaNetFamily.Spec(["a"], options, 64));
        var widths = new Dictionary<string, int> { ["regression_head.conv.0"] = 40, ["regression_head.conv.1"] = 0, ["regression_head.conv.2"] = 0 };

        var without = dense.With(widths).Network;

        Assert.Equal(["regression_head.conv.1", "regression_head.conv.2"], without.LeftOut.Select(b => b.Name));
        Assert.DoesNotContain(without.Layers, l => l.Name.StartsWith("regression_head.conv.1", StringComparison.Ordinal));
        Assert.Equal("regression_head.conv.0", without.StandIn("regression_head.conv.2"));
        Assert.Equal("classification_head.conv.2", without.StandIn("classification_head.conv.2"));
        string reader = convolutions == HeadConvolutions.Full ? "regression_head.bbox_reg" : "regression_head.bbox_reg.depthwise";
        Assert.Equal(["regression_head.conv.0.relu"], without[reader].Inputs);
        Assert.Equal(["regression_head.conv.0@p7.relu"], without[reader + "@p7"].Inputs);
        Assert.Equal(40, ((ConvLayer)without["regression_head.bbox_reg@p7"]).InputChannels.Width);
        Assert.Contains(without.Group("regression_head.conv.0").Slices,
            s => s is { Tensor: "regression_head.bbox_reg.weight", Dimension: 1, Length: 40 });
        Assert.Empty(without.Group("regression_head.conv.2").Slices);
        var read = DetectorCatalog.Build(DetectorSpec.FromJson(dense.With(widths).Spec.ToJson(), "json"));
        Assert.Equal(without.Tensors.Select(t => (t.Name, t.Length)), read.Network.Tensors.Select(t => (t.Name, t.Length)));
    }

    [Fact]
    public void A_block_in_a_row_puts_out_as_many_channels_as_it_reads()
    {
        var builder = new NetworkBuilder();
        string image = builder.Input("image", 3, 8, 8), a = builder.Conv("a", image, builder.Group("A", ChannelGroupKind.Head, 4), 3);
        string more = builder.Conv("b", a, builder.Group("B", ChannelGroupKind.Head, 5), 3);
        Assert.Equal("Block 'x' makes 5 channels of 4, expected as many as it reads.", Assert.Throws<ArgumentException>(
            () => builder.Omissible("x", [new(more, a)])).Message);
        Assert.Equal("Block 'y' puts out [A] and reads fixed[3], expected one channel group each.", Assert.Throws<ArgumentException>(
            () => builder.Omissible("y", [new(a, image)])).Message);
    }

    [Fact]
    public void A_block_reads_its_shortcut_alone_and_has_channels_of_its_own()
    {
        var builder = new NetworkBuilder();
        string image = builder.Input("image", 3, 8, 8), a = builder.Conv("a", image, builder.Group("A", ChannelGroupKind.Hidden, 4), 3);
        string other = builder.Conv("other", image, builder.Group("A", ChannelGroupKind.Hidden, 4), 1);
        Assert.Equal("Block 'x' has no channel group of its own.", Assert.Throws<ArgumentException>(
            () => builder.Residual("x", "x.add", builder.Depthwise("d", a, 3), a)).Message);
        Assert.StartsWith("Block 'y' reads 'image', expected a branch that reads 'a' alone.", Assert.Throws<ArgumentException>(
            () => builder.Residual("y", "y.add", other, a)).Message, StringComparison.Ordinal);
    }
}
