using PruneSearch.Core.Networks;
using PruneSearch.Core.Stages;

namespace PruneSearch.Core.Tests.Stages;

public sealed class ChannelCountTests
{
    [Fact]
    public void What_is_gone_is_a_share_of_what_there_was()
    {
        var b = new NetworkBuilder(new Dictionary<string, int> { ["A"] = 5 });
        b.Group("A", ChannelGroupKind.Hidden, 12);
        b.Group("B", ChannelGroupKind.Hidden, 8);

        Assert.Equal(new ChannelCount(20, 13), ChannelCount.Of(b.Build()));
        Assert.Equal(.35, new ChannelCount(20, 13).Removed, 12);
        Assert.Equal(0, new ChannelCount(0, 0).Removed); // nothing that could go
        Assert.Equal(1, new ChannelCount(20, 0).Removed);
    }
}
