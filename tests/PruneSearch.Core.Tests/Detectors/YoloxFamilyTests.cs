using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Rules;
using PruneSearch.Core.Detectors.Yolox;
using PruneSearch.Core.Networks;

namespace PruneSearch.Tests.Core.Detectors;

public sealed class YoloxFamilyTests
{
    private static readonly YoloxOptions Nano = new(), Tiny = Nano with { Width = 0.375, Depthwise = false }, Small = Tiny with { Width = 0.5 };

    [Fact]
    public void Parameters_and_MACs_are_those_of_the_original()
    {
        Assert.Equal(912_159, Build(Nano, 80).Parameters);
        Assert.Equal(900_459, Build(Nano, 20).Parameters);
        Assert.Equal(5_055_855, Build(Tiny, 80).Parameters);
        Assert.Equal(5_038_395, Build(Tiny, 20).Parameters);
        Assert.Equal(8_968_255, Build(Small, 80).Parameters);
        Assert.Equal(8_945_035, Build(Small, 20).Parameters);
        Assert.Equal(25_326_495, Build(new() { Depth = 0.67, Width = 0.75, Depthwise = false }, 80).Parameters); // m
        Assert.Equal(54_208_895, Build(new() { Depth = 1, Width = 1, Depthwise = false }, 80).Parameters); // l
        Assert.Equal(99_071_455, Build(new() { Depth = 1.33, Width = 1.25, Depthwise = false }, 80).Parameters); // x

        Assert.Equal(522_553_408, Build(Nano, 80).Macs);
        Assert.Equal(508_925_248, Build(Nano, 20).Macs);
        Assert.Equal(309_203_200, Build(Nano, 80, 320).Macs);
        Assert.Equal(3_206_268_000, Build(Tiny, 80).Macs);
        Assert.Equal(5_637_320_832, Build(Small, 80).Macs);
    }

    [Fact]
    public void Folded_it_has_a_bias_for_each_norm() =>
        Assert.Equal(904_463, DetectorCatalog.Build(YoloxFamily.Spec(Classes(80)) with { BatchNorm = false }).Network.Parameters);

    [Fact]
    public void A_row_is_the_cell_to_whose_corner_its_box_is_relative()
    {
        var model = DetectorCatalog.Build(YoloxFamily.Spec(Classes(3)));

        Assert.Equal(3549, model.References.Count);
        Assert.Equal(new ReferenceBox(0, 8f / 416, 8f / 416, 8f / 416), model.References[1]);
        Assert.Equal(new ReferenceBox(8f / 416, 0, 8f / 416, 8f / 416), model.References[52]);
        Assert.Equal(new ReferenceBox(0, 0, 32f / 416, 32f / 416), model.References[52 * 52 + 26 * 26]);
        Assert.Equal([4, 3, 1], model.Network.Outputs.Select(o => o.Values));
        Assert.All(model.Network.Outputs, o => Assert.Equal([52, 26, 13], o.Heads.Select(h => model.Network[h].Height)));
    }

    [Theory]
    [InlineData(400, "the nearest are 384 and 416")]
    [InlineData(417, "the nearest are 416 and 448")]
    [InlineData(33, "the nearest are 32 and 64")]
    public void Input_sizes_that_no_grid_fits_are_refused_with_those_that_do(int size, string nearest) =>
        Assert.EndsWith(nearest + ".", Assert.Throws<ArgumentException>(() => Build(Nano, 3, size)).Message);

    [Theory]
    [InlineData(0.05, 0.25)]
    [InlineData(0.33, 0.05)]
    [InlineData(double.NaN, 0.25)]
    [InlineData(0.33, 4.1)]
    public void Factors_out_of_range_are_refused(double depth, double width) =>
        Assert.Throws<ArgumentException>(() => Build(new() { Depth = depth, Width = width }, 3));

    [Fact]
    public void Only_chains_with_shortcuts_share_channels_in_sums()
    {
        var network = Build(Nano, 3);

        Assert.Equal(["dark2.1.chain", "dark3.1.chain", "dark4.1.chain"], network.Groups.Where(g => g.Kind == ChannelGroupKind.Residual).Select(g => g.Name));
        Assert.Equal(["stem.conv"], network.Groups.Where(g => g.Kind == ChannelGroupKind.Stem).Select(g => g.Name));
        Assert.Equal(15, network.Groups.Count(g => g.Kind == ChannelGroupKind.Head));
    }

    [Fact]
    public void A_specification_keeps_its_options()
    {
        var spec = YoloxFamily.Spec(Classes(3), Small, 320);

        var read = DetectorSpec.FromJson(spec.ToJson(), "detector.json");

        Assert.Equal(Small, read.Options);
        Assert.Equal(spec.ToJson(), read.ToJson());
    }

    private static Network Build(YoloxOptions options, int classes, int size = 416) =>
        DetectorCatalog.Build(YoloxFamily.Spec(Classes(classes), options, size)).Network;

    private static string[] Classes(int count) => [.. Enumerable.Range(0, count).Select(i => $"class {i}")];
}
