using PruneSearch.Pruning.Selection;

namespace PruneSearch.Tests.Pruning.Selection;

public sealed class KnapsackTests
{
    [Fact]
    public void The_choice_is_that_of_trying_everything()
    {
        var random = new Random(5);
        int impossible = 0;
        for (int i = 0; i < 400; i++)
        {
            KnapsackOption[][] classes = [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => Options(random, random.Next(1, 6)))];
            double budget = (random.NextDouble() * 1.4 - 0.5) * classes.Length;
            var all = All(classes).Where(c => c.Cost <= budget).ToList();
            int[]? chosen = Knapsack.Choose(classes, budget);

            impossible += chosen is null ? 1 : 0;
            Assert.Equal(all.Count == 0, chosen is null);
            if (chosen is not null)
            {
                Assert.True(classes.Zip(chosen, (c, o) => c[o].Cost).Sum() <= budget + 1e-9);
                Assert.Equal(all.Min(c => c.Harm), classes.Zip(chosen, (c, o) => c[o].Harm).Sum(), 1e-9);
            }
        }
        Assert.InRange(impossible, 40, 300);
    }

    [Fact]
    public void With_few_sums_kept_it_stays_within_the_budget_and_near_the_best()
    {
        var random = new Random(6);
        for (int i = 0; i < 20; i++)
        {
            KnapsackOption[][] classes = [.. Enumerable.Range(0, 12).Select(_ => Options(random, 8))];
            double least = classes.Sum(c => c.Min(o => o.Cost)), budget = least + 0.3 * (classes.Sum(c => c.Max(o => o.Cost)) - least);
            double Harm(int[] chosen) => classes.Zip(chosen, (c, o) => c[o].Harm).Sum();
            int[] exact = Knapsack.Choose(classes, budget, int.MaxValue)!, near = Knapsack.Choose(classes, budget, 200)!;

            Assert.True(classes.Zip(near, (c, o) => c[o].Cost).Sum() <= budget + 1e-9);
            Assert.InRange(Harm(near), Harm(exact) - 1e-9, Harm(exact) + 0.3);
        }
    }

    [Fact]
    public void More_budget_never_harms_more()
    {
        var random = new Random(7);
        KnapsackOption[][] classes = [.. Enumerable.Range(0, 6).Select(_ => Options(random, 5))];
        double before = double.PositiveInfinity;
        for (double budget = -3; budget < 6; budget += 0.1)
        {
            double harm = Knapsack.Choose(classes, budget) is { } chosen ? classes.Zip(chosen, (c, o) => c[o].Harm).Sum() : double.PositiveInfinity;
            Assert.True(harm <= before);
            before = harm;
        }
        Assert.True(double.IsFinite(before));
    }

    [Fact]
    public void Costs_that_sum_up_to_the_budget_but_for_rounding_fit() =>
        Assert.Equal([0, 0], Knapsack.Choose([[new(0.1, 1)], [new(0.2, 1)]], 0.3)!); // in floating point the sum is above .3

    [Fact]
    public void Of_equal_harm_the_cheaper_is_taken() => Assert.Equal([1], Knapsack.Choose([[new(0.5, 1), new(0, 1), new(0.2, 2)]], 1)!);

    [Fact]
    public void Where_sums_are_too_many_the_cheapest_and_the_least_harm_of_each_slice_stay()
    {
        // Costs 100 to 200 and at most 3 sums: slices of 50, so that 100, 149, 199 and 200 stay.
        KnapsackOption[] first = [.. Enumerable.Range(0, 101).Select(i => new KnapsackOption(100 + i, 101 - i))];
        for (int taken = 1; taken <= 100; taken++)
        {
            int[] chosen = Knapsack.Choose([first, [new(0, 1000), new(taken, 0)]], 200, mostStates: 3)!;
            int left = 100 - taken;
            Assert.Equal([left >= 99 ? 99 : left >= 49 ? 49 : 0, 1], chosen);
        }
    }

    [Fact]
    public void As_many_sums_as_may_stay_all_stay() =>
        Assert.Equal([1, 1], Knapsack.Choose([[new(0, 4), new(1, 3), new(2, 2), new(100, 1)], [new(0, 9), new(99, 0)]], 100, mostStates: 4)!);

    private static KnapsackOption[] Options(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => new KnapsackOption(random.NextDouble() * 1.5 - 0.5, random.NextDouble()))];

    private static IEnumerable<KnapsackOption> All(IEnumerable<KnapsackOption[]> classes) => classes.Aggregate(
        (IEnumerable<KnapsackOption>)[new KnapsackOption(0, 0)],
        (sums, options) => sums.SelectMany(s => options.Select(o => new KnapsackOption(s.Cost + o.Cost, s.Harm + o.Harm))));
}
