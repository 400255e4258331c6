using PruneSearch.Core.Networks;

namespace PruneSearch.Tests.Core.Networks;

public sealed class ChannelLayoutTests
{
    private static readonly ChannelGroup Group = new NetworkBuilder().Group("A", ChannelGroupKind.Neck, 6);

    [Theory]
    [InlineData(6, 3, true)]
    [InlineData(6, 1, true)]
    [InlineData(7, 3, false)]
    [InlineData(2, 3, false)]
    public void Fixed_channels_divide_as_their_number_does(int width, int parts, bool divides) =>
        Assert.Equal(divides, ChannelLayout.Fixed(width).DividesInto(parts));

    [Fact]
    public void Channels_of_a_group_divide_where_the_group_is_repeated_and_nowhere_else()
    {
        var one = ChannelLayout.Of(Group);

        Assert.True(one.DividesInto(1));
        Assert.False(one.DividesInto(2)); // channel 0 of the group would be another one in each half
        Assert.True(one.Repeat(4).DividesInto(2));
        Assert.False(one.Repeat(3).DividesInto(2));
        Assert.False(ChannelLayout.Concat([one, ChannelLayout.Fixed(6)]).DividesInto(2));
        Assert.Equal(one.Repeat(2), one.Repeat(4).Part(2));
        Assert.Equal(ChannelLayout.Fixed(2), ChannelLayout.Fixed(6).Part(3));
    }

    [Fact]
    public void A_layout_says_whose_channels_it_has() =>
        Assert.Equal("A[6] + fixed[3]", ChannelLayout.Concat([ChannelLayout.Of(Group), ChannelLayout.Fixed(3)]).ToString());
}
