using System.Collections.Immutable;
using PruneSearch.Core.Weights;
using PruneSearch.Pruning.Shrinking;
using PruneSearch.Tests.Pruning.Laws;

namespace PruneSearch.Tests.Pruning.Shrinking;

public sealed class ShrinkerTests
{
    private static readonly PruningPlan Plan = new(new Dictionary<string, ImmutableArray<int>> { ["A"] = [1, 4, 6] }, 5);

    [Fact]
    public void Optimizer_state_is_cut_like_its_tensor_and_counters_stay()
    {
        var network = Vocabulary.Create("plain");
        var weights = Some.Weights(network);
        var state = new WeightSet
        {
            ["a.weight/exp_avg"] = weights["a.weight"],
            ["a.weight/step"] = new WeightTensor([], [3]),
            ["b.weight/exp_avg"] = weights["b.weight"],
        };

        var cut = Shrinker.Slice(network, state, Plan);
        var expected = Shrinker.Slice(network, weights, Plan);

        Assert.Equal([3, 3, 3, 3], cut["a.weight/exp_avg"].Shape);
        Assert.Equal(expected["a.weight"].Values, cut["a.weight/exp_avg"].Values);
        Assert.Equal([12, 3, 3, 3], cut["b.weight/exp_avg"].Shape);
        Assert.Equal([3f], cut["a.weight/step"].Values);
        Assert.Equal(weights["a.weight"].Values.AsSpan(27, 27), cut["a.weight/exp_avg"].Values.AsSpan(0, 27));
    }

    [Fact]
    public void A_group_that_stands_twice_is_cut_twice()
    {
        var network = Vocabulary.Create("concatenation");
        var cut = Shrinker.Slice(network, Some.Weights(network), new PruningPlan(new Dictionary<string, ImmutableArray<int>> { ["A"] = [0, 4] }, 3));
        Assert.Equal([6, 2 + 3 + 7 + 2, 3, 3], cut["c.weight"].Shape);
    }

    [Fact]
    public void Mistakes_are_named()
    {
        var network = Vocabulary.Create("plain");
        static PruningPlan Of(string group, params int[] kept) => new(new Dictionary<string, ImmutableArray<int>> { [group] = [.. kept] }, 1);
        Assert.Contains(
            "Unknown channel group 'Z'", Assert.Throws<ArgumentException>(() => Shrinker.NewWidths(network, Of("Z", 0))).Message, StringComparison.Ordinal);
        Assert.Contains("from 0 to 7", Assert.Throws<ArgumentException>(() => Shrinker.NewWidths(network, Of("A", 0, 8))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Shrinker.NewWidths(network, Of("A", 2, 1)));
        Assert.Throws<ArgumentException>(() => Shrinker.NewWidths(network, Of("A")));
        var wrong = new WeightSet { ["a.weight"] = new WeightTensor([7, 3, 3, 3], new float[189]) };
        Assert.Contains("'a.weight'", Assert.Throws<FormatException>(() => Shrinker.Slice(network, wrong, Plan)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Kept_channels_ascend_within_the_group_and_are_at_least_one()
    {
        var network = Vocabulary.Create("plain");
        static PruningPlan Of(params int[] kept) => new(new Dictionary<string, ImmutableArray<int>> { ["A"] = [.. kept] }, 1);
        foreach (int[] bad in (int[][])[[], [-1, 2], [2, 2], [3, 2], [0, 2, 1], [0, 8]])
        {
            Assert.Contains(
                "must be ascending, from 0 to 7, and at least one",
                Assert.Throws<ArgumentException>(() => Shrinker.NewWidths(network, Of(bad))).Message,
                StringComparison.Ordinal);
        }
        Assert.Equal(2, Shrinker.NewWidths(network, Of(0, 7))["A"]);
        Assert.Equal(1, Shrinker.NewWidths(network, Of(7))["A"]);
    }

    [Fact]
    public void A_plan_that_keeps_all_copies_all()
    {
        var network = Vocabulary.Create("plain");
        var weights = Some.Weights(network);
        var all = new PruningPlan(new Dictionary<string, ImmutableArray<int>> { ["A"] = [.. Enumerable.Range(0, 8)] }, 0);

        var copy = Shrinker.Slice(network, weights, all);

        Assert.All(weights, w => Assert.Equal(w.Value.Values, copy[w.Key].Values));
        Assert.All(weights, w => Assert.NotSame(w.Value.Values, copy[w.Key].Values));
    }

    [Fact]
    public void What_belongs_to_no_tensor_of_the_network_stays_whole()
    {
        var network = Vocabulary.Create("plain");
        var state = new WeightSet
        {
            ["/a.weight"] = new([8, 3, 3, 3], new float[216]),
            ["a.weight/x/y"] = new([8, 3, 3, 3], new float[216]),
            ["z/exp"] = new([8], new float[8]),
        };

        Assert.All(Shrinker.Slice(network, state, Plan), t => Assert.Equal(state[t.Key].Shape, t.Value.Shape));
    }

    [Fact]
    public void What_stays_keeps_its_values_in_every_row_and_column()
    {
        var network = Vocabulary.Create("plain");
        var weights = Some.Weights(network);
        float[] whole = weights["b.weight"].Values, cut = Shrinker.Slice(network, weights, Plan)["b.weight"].Values; // [12, 8, 3, 3]

        Assert.Equal(
            Enumerable.Range(0, 12).SelectMany(o => Plan.Kept["A"].SelectMany(i => Enumerable.Range(0, 9).Select(t => whole[(o * 8 + i) * 9 + t]))), cut);
    }
}
