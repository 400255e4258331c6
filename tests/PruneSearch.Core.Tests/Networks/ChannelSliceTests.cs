using PruneSearch.Core.Networks;

namespace PruneSearch.Tests.Core.Networks;

public sealed class ChannelSliceTests
{
    [Fact]
    public void A_group_stands_where_its_channels_are_made_go_along_and_are_read()
    {
        var b = new NetworkBuilder();
        string made = b.Conv("make", b.Input("image", 3, 8, 8), b.Group("A", ChannelGroupKind.Hidden, 4), 1);
        string follows = b.BatchNorm("norm", b.Depthwise("depthwise", made, 3, bias: false));
        string stacked = b.Concat("stack", b.Conv("first", follows, ChannelLayout.Fixed(5), 1, bias: false), follows);
        b.Conv("read", stacked, ChannelLayout.Fixed(2), 1);
        var network = b.Build();

        ChannelSlice Slice(string tensor, int dimension, int offset, SliceRole role) => new(tensor, dimension, offset, 4, role);
        Assert.Equal(
            [
                Slice("make.weight", 0, 0, SliceRole.Producer),
                Slice("make.bias", 0, 0, SliceRole.Follower),
                Slice("depthwise.weight", 0, 0, SliceRole.Follower),
                Slice("norm.weight", 0, 0, SliceRole.Follower),
                Slice("norm.bias", 0, 0, SliceRole.Follower),
                Slice("norm.running_mean", 0, 0, SliceRole.Follower),
                Slice("norm.running_var", 0, 0, SliceRole.Follower),
                Slice("first.weight", 1, 0, SliceRole.Reader),
                Slice("read.weight", 1, 5, SliceRole.Reader),
            ],
            network.Group("A").Slices);
    }

    [Theory]
    [InlineData(0, 0, 0, 0, true)]
    [InlineData(1, 2, 1, 2, true)]
    [InlineData(0, 1, 1, 1, false)]
    [InlineData(1, 0, 1, 1, false)]
    public void Padding_is_symmetric_when_both_pairs_of_sides_are_equal(int top, int left, int bottom, int right, bool symmetric) =>
        Assert.Equal(symmetric, new Padding(top, left, bottom, right).IsSymmetric);
}
