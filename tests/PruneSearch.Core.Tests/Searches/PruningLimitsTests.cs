using PruneSearch.Core.Detectors;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Core.Tests.Searches;

public sealed class PruningLimitsTests
{
    private static readonly DetectorModel Dense = DetectorCatalog.Build(new() { Architecture = SsdMobileNetV2.Architecture, Classes = ["a"], InputSize = 64 });
    private static readonly PruneSettings Settings = new() { Ratio = 0.5, MaxGroupRatio = 0.5 };

    [Theory]
    [InlineData(32, 1, 8, 16)]
    [InlineData(32, 20, 8, 24)]
    [InlineData(33, 1, 8, 17)] // no multiple of 8: not rounded
    [InlineData(48, 1, 16, 32)]
    public void The_narrowest_width_is_a_multiple_that_cap_and_floor_allow(int dense, int minimum, int roundTo, int expected)
    {
        var builder = new NetworkBuilder();
        var group = builder.Group("A", ChannelGroupKind.Hidden, dense);
        var settings = Settings with { MinWidth = minimum, RoundTo = roundTo };
        Assert.Equal(expected, PruningLimits.RoundUp(PruningLimits.Floor(group, settings), PruningLimits.Multiple(group, settings)));
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
        Assert.Equal(1 - (double)half.Parameters / Dense.Network.Parameters, PruningLimits.Reachable(Dense, Settings with { Target = PruneTarget.Parameters }), 1e-12);
    }
}
