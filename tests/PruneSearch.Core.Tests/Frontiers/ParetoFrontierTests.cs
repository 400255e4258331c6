using PruneSearch.Core.Frontiers;

namespace PruneSearch.Core.Tests.Frontiers;

public sealed class ParetoFrontierTests
{
    [Fact]
    public void Points_that_another_beats_are_off_the_frontier()
    {
        double[][] costs = [[1, 5], [2, 3], [3, 3], [4, 1], [5, 2]];

        Assert.Equal([true, true, false, true, false], ParetoFrontier.Of(costs));
    }

    [Fact]
    public void Equal_points_are_on_it_together()
    {
        Assert.Equal([true, true, false], ParetoFrontier.Of([[1, 1], [1, 1], [1, 2]]));
    }

    [Fact]
    public void A_point_without_a_value_is_off_it_and_beats_nothing()
    {
        Assert.Equal([false, true], ParetoFrontier.Of([[double.NaN, 0], [5, 5]]));
    }

    [Fact]
    public void A_point_does_not_beat_itself()
    {
        Assert.False(ParetoFrontier.Dominates([1, 2], [1, 2]));
        Assert.True(ParetoFrontier.Dominates([1, 2], [1, 3]));
        Assert.False(ParetoFrontier.Dominates([1, 3], [2, 2]));
    }

    [Fact]
    public void Every_point_off_it_is_beaten_by_one_on_it()
    {
        var random = new Random(3);
        double[][] costs = [.. Enumerable.Range(0, 200).Select(_ => new double[] { random.Next(30), random.Next(30), random.Next(30) })];
        bool[] on = ParetoFrontier.Of(costs);

        for (int i = 0; i < costs.Length; i++)
        {
            bool beaten = Enumerable.Range(0, costs.Length).Any(j => on[j] && ParetoFrontier.Dominates(costs[j], costs[i]));
            Assert.Equal(!on[i], beaten);
        }
    }
}
