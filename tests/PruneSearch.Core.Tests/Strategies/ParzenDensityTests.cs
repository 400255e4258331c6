using PruneSearch.Core.Strategies;

namespace PruneSearch.Core.Tests.Strategies;

public sealed class ParzenDensityTests
{
    private static readonly SearchSpace Space = new()
    {
        Hyperparameters =
        [
            new ChoiceHyperparameter { Name = "schedule", Values = ["one-shot", "iterative"] },
            new ChoiceHyperparameter { Name = "shape", Values = ["linear", "cubic", "geometric"], When = new Condition("schedule", ["iterative"]) },
            new ChoiceHyperparameter { Name = "criterion", Values = ["obs", "l1", "taylor"] },
        ],
    };

    [Fact]
    public void Draws_come_as_often_as_the_density_says()
    {
        Configuration[] around = [Space.Of(0, double.NaN, 1), Space.Of(1, 2, 1), Space.Of(1, 2, 2)];
        var density = new ParzenDensity(Space, around, [1, 0.5, 0.25]);
        var random = SeededRandom.OfDecision(1);
        const int draws = 40_000;
        var counts = Enumerable.Range(0, draws).Select(_ => density.Draw(random)).CountBy(c => c).ToDictionary(c => c.Key, c => c.Value / (double)draws);
        var all = Space.All().ToList();
        double sum = all.Sum(c => Math.Exp(density.Log(c)));
        Assert.Equal(1, sum, 9);
        Assert.All(all, c => Assert.Equal(Math.Exp(density.Log(c)), counts.GetValueOrDefault(c), 0.01));
    }

    [Fact]
    public void A_number_has_a_density_that_is_highest_where_it_was_seen_and_sums_to_one()
    {
        var space = new SearchSpace { Hyperparameters = [new RealHyperparameter { Name = "x", From = 0, To = 1 }] };
        var density = new ParzenDensity(space, [space.Of(0.1), space.Of(0.15)], null);
        double[] at = [.. Enumerable.Range(0, 1000).Select(i => Math.Exp(density.Log(new Configuration([(i + 0.5) / 1000]))))];
        Assert.Equal(1, at.Average(), 2);
        Assert.InRange(Array.IndexOf(at, at.Max()), 100, 150);
    }
}
