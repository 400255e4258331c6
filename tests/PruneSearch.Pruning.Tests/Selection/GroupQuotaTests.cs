using PruneSearch.Core.Networks;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Pruning.Selection;

namespace PruneSearch.Tests.Pruning.Selection;

public sealed class GroupQuotaTests
{
    [Fact]
    public void Blocks_go_until_cap_and_floor_are_met_exactly()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            var (quota, settings) = Random(seed);
            while (quota.CanTakeBlock)
            {
                int before = quota.Removed, block = quota.Block;
                quota.TakeBlock();
                Assert.InRange(block, 1, settings.RoundTo);
                Assert.Equal(before + block, quota.Removed);
                Assert.True((quota.Group.Width - quota.Removed) % settings.RoundTo == 0, $"seed {seed}: {quota.Group.Width - quota.Removed} channels stay");
            }
            Assert.Equal(quota.Removable, quota.Removed);
            Assert.Equal(Math.Max(PruningLimits.Narrowest(quota.Group, settings), 1), quota.Kept().Length);
        }
    }

    [Fact]
    public void Rounding_down_takes_less_than_a_block_from_what_was_asked_and_leaves_whole_blocks()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            var (quota, settings) = Random(seed);
            int asked = new Random(seed).Next(quota.Removable + 1);
            for (int i = 0; i < asked; i++)
            {
                quota.Ask();
            }
            quota.RoundDown();
            Assert.Equal(asked, quota.Asked);
            Assert.InRange(quota.Removed, 0, asked);
            Assert.True(quota.Removed == 0 || (quota.Group.Width - quota.Removed) % settings.RoundTo == 0);
            Assert.True(quota.Removed + quota.Block > asked, $"seed {seed}: {quota.Removed} of {asked} go, a block has {quota.Block}");
        }
    }

    [Fact]
    public void The_weakest_go_and_what_the_next_block_costs_is_their_mean()
    {
        var quota = Quota(10, 10, [5, 0, 9, 1, 8, 2, 7, 3, 6, 4], new() { Ratio = 0.5, MaxGroupRatio = 0.9, RoundTo = 4 });

        Assert.Equal((9 - 3, 2, 0.5), (quota.Removable, quota.Block, quota.BlockCost)); // to 8 channels: those with scores 0 and 1
        quota.TakeBlock();
        Assert.Equal((4, 3.5), (quota.Block, quota.BlockCost)); // 2, 3, 4 and 5
        Assert.Equal([0, 2, 4, 5, 6, 7, 8, 9], quota.Kept());
        Assert.Equal([0.0, 1, 2, 3, 4, 5], quota.Candidates().Select(c => c.Score));
        Assert.Equal(Enumerable.Range(0, 6), quota.Candidates().Select(c => c.Position));
    }

    [Fact]
    public void What_went_before_counts_and_equal_scores_go_from_the_first_on()
    {
        var quota = Quota(10, 6, [1, 1, 1, 1, 1, 1], new() { Ratio = 0.5, MaxGroupRatio = 0.8, RoundTo = 1 });

        Assert.Equal((4, 4), (quota.Gone, quota.Removable)); // two stay
        quota.TakeBlock();
        quota.TakeBlock();
        Assert.Equal([2, 3, 4, 5], quota.Kept());
    }

    [Fact]
    public void A_group_without_scores_gives_up_nothing_by_itself()
    {
        var settings = new PruneSettings { Ratio = 0.5, MaxGroupRatio = 0.9, RoundTo = 1 };
        var quota = new GroupQuota(Quota(10, 10, [], settings).Group, 3, [], settings);

        Assert.Equal((3, 0, 0, false), (quota.Order, quota.Removable, quota.Reachable, quota.CanTakeBlock));
        Assert.Empty(quota.Candidates());
    }

    [Fact]
    public void A_group_whose_block_may_go_can_lose_all_channels_and_does_with_the_block()
    {
        var settings = new PruneSettings { Ratio = 0.5, MaxGroupRatio = 0.5, RoundTo = 2 };
        var alone = Quota(10, 8, [1, 2, 3, 4, 5, 6, 7, 8], settings);
        var quota = new GroupQuota(alone.Group, 0, [1, 2, 3, 4, 5, 6, 7, 8], settings) { Omissible = new LayerBlock("block", [], [], ["A"]) };

        Assert.Equal((2, 2 + alone.Removable), (alone.Gone, alone.Reachable));
        Assert.Equal(10, quota.Reachable);
        Assert.True(quota.CanTakeBlock && !quota.IsLeftOut);

        quota.LeaveOut();

        Assert.Equal((true, 8, 8, false), (quota.IsLeftOut, quota.Asked, quota.Removed, quota.CanTakeBlock));
        Assert.Empty(quota.Kept());
        quota.RoundDown();
        Assert.Equal(8, quota.Removed);
    }

    private static (GroupQuota Quota, PruneSettings Settings) Random(int seed)
    {
        var random = new Random(seed);
        int dense = random.Next(1, 100), width = random.Next(1, dense + 1);
        var settings = new PruneSettings
        {
            Ratio = 0.5,
            MaxGroupRatio = 0.05 + 0.9 * random.NextDouble(),
            MinWidth = random.Next(1, 20),
            RoundTo = random.Next(1, 20),
        };
        return (Quota(dense, width, [.. Enumerable.Range(0, width).Select(_ => random.NextDouble())], settings), settings);
    }

    private static GroupQuota Quota(int dense, int width, double[] scores, PruneSettings settings) =>
        new(new NetworkBuilder(new Dictionary<string, int> { ["A"] = width }).Group("A", ChannelGroupKind.Neck, dense), 0, scores, settings);
}
