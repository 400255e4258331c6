using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Ssd;
using PruneSearch.Core.Networks;

namespace PruneSearch.Tests.Core.Networks;

public sealed class GroupSelectorTests
{
    private static readonly Network Detector = Small().Network;

    [Fact]
    public void Residual_chains_are_left_out_of_all_unless_they_are_named()
    {
        Assert.DoesNotContain(Groups(["all"]), g => g.Kind == ChannelGroupKind.Residual);
        Assert.Equal(Detector.Groups.Count(g => g.Kind != ChannelGroupKind.Residual), Groups(["all"]).Count);
        Assert.Equal(Detector.Groups, Groups(["all", "residual"]));
        Assert.Equal(Detector.Groups, Groups(["all"], []));
        Assert.Equal(["expanded_conv_1.output"], Groups(["expanded_conv_1.output"]).Select(g => g.Name));
    }

    [Fact]
    public void What_is_protected_is_left_out_whatever_else_is_said()
    {
        Assert.DoesNotContain(Groups(["hidden"], ["expanded_conv_13.hidden"]), g => g.Name == "expanded_conv_13.hidden");
        Assert.All(Groups(["all"], ["neck", "stem"]), g => Assert.True(g.Kind is ChannelGroupKind.Hidden or ChannelGroupKind.Residual));
    }

    [Theory]
    [InlineData("hiden", null, "Unknown channel group 'hiden'")]
    [InlineData("hidden", "resdual", "Unknown channel group 'resdual'")]
    [InlineData("hidden", "all", "that is not protected")]
    [InlineData("head", null, "no channel group of [head]")]
    public void Mistakes_are_named(string group, string? protect, string message) =>
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => Groups([group], protect is null ? null : [protect])).Message, StringComparison.Ordinal);

    private static IReadOnlyList<ChannelGroup> Groups(string[] selectors, string[]? protect = null) => GroupSelector.Select(Detector, selectors, protect);

    private static DetectorModel Small() =>
        DetectorCatalog.Build(
            new DetectorSpec { Architecture = SsdFamily.Architecture, Classes = ["a"], InputSize = 64, Options = new SsdOptions { WidthMultiplier = 0.35 } });
}
