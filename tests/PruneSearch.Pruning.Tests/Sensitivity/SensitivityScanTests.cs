using PruneSearch.Core.Networks;
using PruneSearch.Core.Stages;
using PruneSearch.Pruning.Sensitivity;

namespace PruneSearch.Tests.Pruning.Sensitivity;

public sealed class SensitivityScanTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Each_group_is_pruned_alone(bool compensate)
    {
        var (model, weights) = Some.SmallDetector();
        using var pictures = Some.Picture(2, 64, 64);
        var settings =
            new PruneSettings { Ratio = 0, Criterion = Criterion.L2, Compensate = compensate, Groups = ["expanded_conv_1.hidden", "Conv_1"], RoundTo = 1 };
        var seen = new List<Network>();

        var rows = SensitivityScan.Run(model, weights, settings, [0.25, 0.75], new([pictures], 1), (pruned, cut) =>
        {
            cut.RequireFit(pruned.Network, "cut");
            seen.Add(pruned.Network);
            return seen.Count;
        }).ToList();

        Assert.Equal([1.0, 2, 3, 4], rows.Select(r => r.Accuracy));
        Assert.Equal(["expanded_conv_1.hidden", "expanded_conv_1.hidden", "Conv_1", "Conv_1"], rows.Select(r => r.Group));
        foreach (var (row, network) in rows.Zip(seen))
        {
            Assert.Equal(row.DenseWidth - (int)(row.DenseWidth * row.Ratio), row.Width);
            Assert.Equal(network.Macs, row.Macs);
            Assert.All(network.Groups, g => Assert.Equal(g.Name == row.Group ? row.Width : g.DenseWidth, g.Width));
        }
    }

    [Fact]
    public void Blocks_alone_have_no_single_channels()
    {
        var (model, weights) = Some.SmallDetector();
        using var pictures = Some.Picture(2, 64, 64);
        var settings = new PruneSettings { Ratio = 0, Groups = ["blocks"], Positions = PositionWeighting.Uniform };
        Assert.Contains("groups [blocks] names none that loses single channels", Assert.Throws<ArgumentException>(
            () => SensitivityScan.Run(model, weights, settings, [0.25], new([pictures], 1), (_, _) => 0).ToList()).Message, StringComparison.Ordinal);
    }
}
