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
        Assert.Contains("'Z'", Assert.Throws<ArgumentException>(() => Shrinker.NewWidths(network, Of("Z", 0))).Message, StringComparison.Ordinal);
        Assert.Contains("from 0 to 7", Assert.Throws<ArgumentException>(() => Shrinker.NewWidths(network, Of("A", 0, 8))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Shrinker.NewWidths(network, Of("A", 2, 1)));
        Assert.Throws<ArgumentException>(() => Shrinker.NewWidths(network, Of("A")));
        var wrong = new WeightSet { ["a.weight"] = new WeightTensor([7, 3, 3, 3], new float[189]) };
        Assert.Contains("'a.weight'", Assert.Throws<FormatException>(() => Shrinker.Slice(network, wrong, Plan)).Message, StringComparison.Ordinal);
    }
}
