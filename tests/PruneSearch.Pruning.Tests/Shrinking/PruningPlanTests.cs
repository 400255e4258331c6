using System.Collections.Immutable;
using PruneSearch.Pruning.Shrinking;
using PruneSearch.Tests.Pruning.Laws;

namespace PruneSearch.Tests.Pruning.Shrinking;

public sealed class PruningPlanTests
{
    [Fact]
    public void A_plan_after_another_counts_the_channels_that_the_first_left()
    {
        var first = new PruningPlan(new Dictionary<string, ImmutableArray<int>> { ["A"] = [1, 4, 6], ["B"] = [0, 2] }, 7);
        var second = new PruningPlan(new Dictionary<string, ImmutableArray<int>> { ["A"] = [0, 2], ["C"] = [3] }, 4);

        var both = first.Then(second);

        Assert.Equal([1, 6], both.Kept["A"]);
        Assert.Equal([0, 2], both.Kept["B"]);
        Assert.Equal([3], both.Kept["C"]);
        Assert.Equal(11, both.Removed);
        Assert.Equal(["A", "B"], first.Kept.Keys.Order());
    }

    [Fact]
    public void A_plan_removes_nothing_where_no_channel_goes()
    {
        var nothing = new PruningPlan(new Dictionary<string, ImmutableArray<int>> { ["A"] = [0, 1] }, 0);
        Assert.True(nothing.RemovesNothing);
        Assert.False((nothing with { Removed = 1 }).RemovesNothing);
    }

    [Fact]
    public void Only_groups_of_a_block_may_keep_nothing()
    {
        var network = Vocabulary.Create("inverted-residual");
        Assert.Equal(0, Widths("block1.hidden", [])["block1.hidden"]);
        Assert.Equal(1, Widths("block1.hidden", [5])["block1.hidden"]);
        Assert.Throws<ArgumentException>(() => Widths("A", []));
        Assert.Throws<ArgumentException>(() => Widths("block1.hidden", default));

        SortedDictionary<string, int> Widths(string group, ImmutableArray<int> kept) =>
            Shrinker.NewWidths(network, new PruningPlan(new Dictionary<string, ImmutableArray<int>> { [group] = kept }, 1));
    }
}
