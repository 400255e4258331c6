using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Ssd;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Core.Tests.Searches;

public sealed class PruningLimitsTests
{
    private static readonly DetectorModel Dense = DetectorCatalog.Build(
        new() { Architecture = SsdFamily.Architecture, Classes = ["a"], InputSize = 64, Options = new SsdOptions() });
    private static readonly PruneSettings Settings = new() { Ratio = 0.5, MaxGroupRatio = 0.5 };

    [Theory]
    [InlineData(32, 1, 8, 16)]
    [InlineData(32, 20, 8, 24)]
    [InlineData(33, 1, 8, 24)] // no multiple of 8 itself
    [InlineData(24, 1, 32, 24)] // no smaller multiple
    [InlineData(40, 33, 32, 40)] // the floor leaves none
    [InlineData(48, 1, 16, 32)]
    public void The_narrowest_width_is_a_multiple_that_cap_and_floor_allow(int dense, int minimum, int roundTo, int expected)
    {
        var builder = new NetworkBuilder();
        var group = builder.Group("A", ChannelGroupKind.Hidden, dense);
        var settings = Settings with { MinWidth = minimum, RoundTo = roundTo };
        Assert.Equal(expected, PruningLimits.Narrowest(group, settings));
    }

    [Fact]
    public void The_reachable_share_is_that_of_the_narrowest_detector()
    {
        Assert.Equal(0.5, PruningLimits.Reachable(Dense, Settings), 1e-9);
        Assert.Equal(1, PruningLimits.Reachable(Dense, Settings with { Target = PruneTarget.Latency }));

        // Half of the hidden channels, by hand: all of them are multiples of 16.
        var widths = Dense.Network.Widths;
        foreach (string hidden in widths.Keys.Where(k => k.EndsWith(".hidden", StringComparison.Ordinal)).ToList())
        {
            widths[hidden] /= 2;
        }
        var half = DetectorCatalog.Build(Dense.Spec with { Widths = widths }).Network;
        Assert.Equal(1 - (double)half.Macs / Dense.Network.Macs, PruningLimits.Reachable(Dense, Settings with { Target = PruneTarget.Macs }), 1e-12);
        Assert.Equal(
            1 - (double)half.Parameters / Dense.Network.Parameters, PruningLimits.Reachable(Dense, Settings with { Target = PruneTarget.Parameters }), 1e-12);
    }

    [Theory]
    [InlineData(144, 144, 32, 144)]
    [InlineData(144, 136.5, 32, 144)]
    [InlineData(144, 135.5, 32, 128)]
    [InlineData(144, 112, 32, 128)] // in the middle the larger
    [InlineData(144, 3, 32, 32)]
    [InlineData(24, 3, 32, 24)]
    [InlineData(64, 0, 1, 1)]
    public void The_nearest_width_is_a_smaller_multiple_or_the_width_of_now(int dense, double wanted, int multiple, int expected)
    {
        var group = new NetworkBuilder().Group("A", ChannelGroupKind.Hidden, dense);
        Assert.Equal(expected, PruningLimits.Nearest(group, wanted, multiple));
    }

    [Fact]
    public void Groups_that_are_not_wider_than_the_multiple_count_as_out_of_reach()
    {
        // Hidden widths are 32, 96, 144, 192, 384, 576 and 960: half of 144 is 72, and 96 the next multiple.
        var settings = Settings with { RoundTo = 32 };
        var hidden = Dense.Network.Groups.Where(g => g.Kind == ChannelGroupKind.Hidden).ToList();
        double expected = 1 - (double)hidden.Sum(
            g => g.DenseWidth is 32 ? 32 : g.DenseWidth is 96 ? 64 : g.DenseWidth is 144 ? 96 : g.DenseWidth / 2) / hidden.Sum(g => g.DenseWidth);
        Assert.Equal(expected, PruningLimits.Reachable(Dense, settings), 1e-12);
    }
}
