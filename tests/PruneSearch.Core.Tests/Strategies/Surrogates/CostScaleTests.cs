using PruneSearch.Core.Strategies;
using PruneSearch.Core.Strategies.Surrogates;

namespace PruneSearch.Core.Tests.Strategies.Surrogates;

public sealed class CostScaleTests
{
    [Fact]
    public void Costs_with_a_long_tail_get_a_floor_near_their_best_and_even_ones_a_far_one()
    {
        var random = SeededRandom.OfDecision(1);
        double[] tailed = [.. Enumerable.Range(0, 200).Select(_ => 0.3 + Math.Exp(-3 + 1.2 * random.NextNormal()))];
        double[] even = [.. Enumerable.Range(0, 200).Select(_ => 0.5 + 0.05 * random.NextNormal())];
        Assert.InRange(Warp.Of(tailed).Floor, 0.2, tailed.Min());
        Assert.True(even.Min() - Warp.Of(even).Floor > 2 * 0.05);
    }

    [Fact]
    public void Equal_costs_have_a_scale_too()
    {
        var scale = new CostScale([new Observation([0.1], 0, 0.4), new Observation([0.2], 0, 0.4)], 1);
        Assert.True(double.IsFinite(scale.Of(new Observation([0.3], 0, 0.4)).Value));
        Assert.Equal(0.4, scale.Belief(0, 0.0001, 0).Median, 3);
    }

    [Fact]
    public void A_rung_that_only_good_ones_reached_is_not_taken_for_a_good_rung()
    {
        // Training halves every cost, and only the best quarter was trained.
        var random = SeededRandom.OfDecision(2);
        double[][] points = [.. Enumerable.Range(0, 80).Select(i => (double[])[i / 80.0])];
        double[] costs = [.. points.Select(_ => 0.2 + 0.6 * random.NextDouble())];
        double limit = costs.Order().ElementAt(20);
        List<Observation> data = [.. points.Select((p, i) => new Observation(p, 0, costs[i]))];
        data.AddRange(points.Select((p, i) => new Observation(p, 1, costs[i] / 2)).Where((_, i) => costs[i] < limit));
        var scale = new CostScale(data, 3);
        Assert.InRange(scale.Belief(0, 0.0001, 1).Median, 0.2, 0.3); // half of the middle of all, not of the best
        Assert.Equal(scale.Belief(0, 0.0001, 1).Median, scale.Belief(0, 0.0001, 2).Median, 9);
    }
}
