using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Strategies;
using PruneSearch.Core.Strategies.Surrogates;

namespace PruneSearch.Core.Tests.Strategies.Surrogates;

public sealed class ExpectedImprovementTests
{
    private static readonly double[][] Costs = [[0.2, 0.9], [0.4, 0.5], [0.45, 0.7], [0.7, 0.3], [0.8, 1.2]];

    [Theory]
    [InlineData(0.1, -1.5, 0.5, -1.0, 0.3)]
    [InlineData(0.0, -0.5, 0.2, -0.4, 0.6)]
    [InlineData(0.25, -2.5, 1.0, -2.0, 0.1)]
    [InlineData(0.0, -0.5, 0.4, 0.35, 0)]
    public void It_is_the_mean_of_what_draws_add(double floor, double mean, double deviation, double otherMean, double otherDeviation)
    {
        Belief[] beliefs = [new(floor, mean, deviation), otherDeviation == 0 ? Belief.Known(otherMean) : new(0.05, otherMean, otherDeviation)];
        var random = SeededRandom.OfDecision(1);
        const int draws = 100_000;
        double sum = 0, squares = 0;
        for (int i = 0; i < draws; i++)
        {
            double[] drawn = [.. beliefs.Select(b => b.Deviation == 0 ? b.Mean : b.Floor + Math.Exp(b.Mean + b.Deviation * random.NextNormal()))];
            double added = Hypervolume.Exclusive(drawn, Costs, [1, 1]);
            sum += added;
            squares += added * added;
        }
        double expected = sum / draws, error = Math.Sqrt((squares / draws - expected * expected) / draws);
        Assert.InRange(new ExpectedImprovement(Costs, [1, 1]).Of(beliefs), expected - 4 * error - 1e-6, expected + 4 * error + 1e-6);
    }

    [Fact]
    public void Known_costs_add_what_they_add()
    {
        var improvement = new ExpectedImprovement(Costs, [1, 1]);
        var random = new Random(2);
        for (int i = 0; i < 200; i++)
        {
            double[] cost = [random.NextDouble() * 1.2, random.NextDouble() * 1.2];
            Assert.Equal(Hypervolume.Exclusive(cost, Costs, [1, 1]), improvement.Of([Belief.Known(cost[0]), Belief.Known(cost[1])]), 9);
        }
    }

    [Fact]
    public void One_objective_improves_on_the_best_and_three_on_the_optimistic_costs()
    {
        Assert.Equal(0.1, new ExpectedImprovement([[0.5], [0.6]], [1]).Of([Belief.Known(0.4)]), 9);
        Assert.Equal(1, new ExpectedImprovement([], [1]).Of([Belief.Known(0)]), 9);
        Assert.Equal(0.008, new ExpectedImprovement([], [1, 1, 1]).Of([Belief.Known(0.8), Belief.Known(0.8), Belief.Known(0.8)]), 9);
    }

    [Fact]
    public void Within_bounds_it_is_the_mean_of_what_draws_improve_that_keep_to_them()
    {
        Belief[] beliefs = [new(0.1, -1.5, 0.5), new(0.05, -1, 0.3)];
        var random = SeededRandom.OfDecision(3);
        const int draws = 100_000;
        const double bound = 0.42, best = 0.5; // of those that keep to the bound, the second has the smallest second cost
        double sum = 0;
        for (int i = 0; i < draws; i++)
        {
            double[] drawn = [.. beliefs.Select(b => b.Floor + Math.Exp(b.Mean + b.Deviation * random.NextNormal()))];
            sum += drawn[0] <= bound ? Math.Max(0, best - drawn[1]) : 0;
        }
        Assert.Equal(sum / draws, new ExpectedImprovement(Costs, [bound, 1], best: 1).Of(beliefs), 3);
        Assert.Equal(0.4, new ExpectedImprovement(Costs, [0.1, 1], best: 1).Of([Belief.Known(0.05), Belief.Known(0.6)]), 9); // none keeps to it yet
        Assert.Equal(0, new ExpectedImprovement(Costs, [0.1, 1], best: 1).Of([Belief.Known(0.15), Belief.Known(0.1)]));
    }
}
