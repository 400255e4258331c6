using PruneSearch.Core.Importances;
using PruneSearch.Core.Strategies;

namespace PruneSearch.Core.Tests.Importances;

/// <summary>Made-up functions whose shares of variance are known.</summary>
public sealed class FunctionalAnovaTests
{
    private static readonly SearchSpace Space = new()
    {
        Hyperparameters =
        [
            new ChoiceHyperparameter { Name = "schedule", Values = ["one-shot", "iterative"] },
            new RealHyperparameter { Name = "level", From = 0, To = 1 },
            new RealHyperparameter { Name = "rate", From = 1e-4, To = 1, Log = true },
            new WholeHyperparameter { Name = "iterations", From = 1, To = 6, When = new Condition("schedule", ["iterative"]) },
            new ChoiceHyperparameter { Name = "criterion", Values = ["a", "b", "c"] },
        ],
    };

    [Fact]
    public void The_shares_of_a_sum_are_those_of_its_terms()
    {
        // Variances over the space: 4 · level 16/12, criterion a or not 2/9, and nothing else.
        var result = Judge(c => 4 * c[1] + (c[4] == 0 ? 1 : 0), 400)!;

        Assert.Equal(["level", "criterion"], result.Each.Take(2).Select(i => i.Name));
        Assert.InRange(Share(result, "level"), 0.857 - 0.06, 0.857 + 0.06);
        Assert.InRange(Share(result, "criterion"), 0.143 - 0.06, 0.143 + 0.06);
        Assert.All(result.Each.Skip(2), i => Assert.InRange(i.Share, 0, 0.02));
        Assert.InRange(result.Explained, 0.9, 1);
        Assert.Equal(400, result.Observations);
    }

    [Fact]
    public void What_two_explain_only_together_neither_explains_alone()
    {
        var result = Judge(c => (c[1] < 0.5) == (c[4] == 0) ? 1 : 0, 600)!;

        // The mean over the criteria is 1/3 below and 2/3 above: a variance of 1/36 in 1/4.
        Assert.InRange(Share(result, "level"), 0.111 - 0.04, 0.111 + 0.04);
        Assert.InRange(result.Each.Sum(i => i.Share), 0.06, 0.2);
    }

    [Fact]
    public void What_counts_sometimes_is_judged_where_it_counts()
    {
        var result = Judge(c => c[0] == 1 ? c[3] : 3.5, 500)!;

        Assert.Equal("iterations", result.Each[0].Name);
        Assert.InRange(Share(result, "iterations"), 0.85, 1);
        Assert.InRange(Share(result, "schedule"), 0, 0.03);
    }

    [Fact]
    public void It_does_not_matter_where_was_looked_more_often()
    {
        // Three of four results have a level below 0.2, as a search that found what it wanted there.
        var random = new Random(1);
        var observations = Enumerable.Range(0, 600).Select(i =>
        {
            double level = i % 4 == 0 ? random.NextDouble() : 0.2 * random.NextDouble();
            var configuration = Space.At([random.NextDouble(), level, random.NextDouble(), random.NextDouble(), random.NextDouble()]);
            return new Observation(configuration, 0, 4 * configuration[1] + (configuration[4] == 0 ? 1 : 0));
        }).ToList();

        Assert.InRange(Share(FunctionalAnova.Of(Space, observations, 1)!, "level"), 0.78, 0.92);
    }

    [Fact]
    public void Noise_is_explained_by_nothing()
    {
        var noise = new Random(5);

        Assert.InRange(Judge(_ => noise.NextDouble(), 200)!.Explained, 0, 0.1);
    }

    [Fact]
    public void How_far_was_trained_is_not_taken_for_a_hyperparameter()
    {
        // Rungs 0 and 1 were only reached with small levels, and give less.
        var random = new Random(2);
        var observations = Enumerable.Range(0, 600).Select(i =>
        {
            var configuration = Space.At([random.NextDouble(), random.NextDouble(), random.NextDouble(), random.NextDouble(), random.NextDouble()]);
            int rung = configuration[1] < 0.5 ? i % 3 : 2;
            return new Observation(configuration, rung, rung + (configuration[4] == 0 ? 1 : 0));
        }).ToList();

        var result = FunctionalAnova.Of(Space, observations, 1)!;
        Assert.Equal("criterion", result.Each[0].Name);
        Assert.InRange(Share(result, "level"), 0, 0.1);
    }

    [Fact]
    public void Equal_seeds_give_equal_results_and_little_gives_none()
    {
        Assert.Equal(Judge(c => c[1], 50)!.Each, Judge(c => c[1], 50)!.Each);
        Assert.Null(Judge(c => c[1], FunctionalAnova.Fewest - 1));
        Assert.Null(Judge(_ => 1, 50));
    }

    private static double Share(ImportanceResult result, string name) => result.Each.First(i => i.Name == name).Share;

    private static ImportanceResult? Judge(Func<Configuration, double> function, int count)
    {
        var random = new Random(3);
        var configurations = Enumerable.Range(0, count).Select(_ =>
            Space.At([random.NextDouble(), random.NextDouble(), random.NextDouble(), random.NextDouble(), random.NextDouble()]));
        return FunctionalAnova.Of(Space, [.. configurations.Select(c => new Observation(c, 0, function(c)))], 1);
    }
}
