using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Strategies;

namespace PruneSearch.Core.Tests.Strategies;

public sealed class NonDominatedSortTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void A_point_of_a_rank_is_beaten_by_one_of_the_rank_before_and_by_none_of_its_own(int objectives)
    {
        var random = new Random(3);
        List<double[]> costs = [.. Enumerable.Range(0, 200).Select(_ => Enumerable.Range(0, objectives).Select(_ => (double)random.Next(20)).ToArray())];
        var ranks = NonDominatedSort.Ranks(costs);
        Assert.Equal(Enumerable.Range(0, 200), ranks.SelectMany(r => r).Order());
        for (int r = 0; r < ranks.Count; r++)
        {
            Assert.All(ranks[r], i => Assert.DoesNotContain(ranks[r], j => ParetoFrontier.Dominates(costs[j], costs[i])));
            Assert.All(ranks[r], i => Assert.True(r == 0 || ranks[r - 1].Any(j => ParetoFrontier.Dominates(costs[j], costs[i]))));
        }
        Assert.Equal(ranks[0], Assert.Single(NonDominatedSort.Ranks(costs, 1)));
    }

    [Fact]
    public void Points_with_a_nan_come_last()
    {
        var ranks = NonDominatedSort.Ranks([[1, 2], [double.NaN, 0], [2, 3], [0, double.NaN]]);
        Assert.Equal([[0], [2], [1, 3]], ranks);
    }

    [Fact]
    public void The_ends_are_never_crowded_and_the_middle_by_its_neighbours()
    {
        double[] crowding = NonDominatedSort.Crowding([[0, 10], [1, 6], [4, 5], [10, 0]]);
        Assert.Equal([double.PositiveInfinity, 0.4 + 0.5, 0.9 + 0.6, double.PositiveInfinity], crowding.Select(c => Math.Round(c, 9)));
    }

    [Fact]
    public void The_first_of_a_spread_are_far_apart() =>
        Assert.Equal([0, 4, 2], NonDominatedSort.Spread([[0, 10], [1, 9], [5, 5], [6, 4], [10, 0]], 3));
}
