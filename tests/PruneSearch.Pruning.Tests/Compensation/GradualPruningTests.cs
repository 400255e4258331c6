using System.Collections.Immutable;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Stages;
using PruneSearch.Pruning;
using PruneSearch.Pruning.Compensation;
using PruneSearch.Pruning.Selection;
using PruneSearch.Pruning.Shrinking;

namespace PruneSearch.Tests.Pruning.Compensation;

public sealed class GradualPruningTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Rounds_reach_the_target_and_tell_everything_that_went(int rounds)
    {
        var (model, weights) = Some.SmallDetector();
        using var pictures = Some.Picture(4, 64, 64);
        var settings = new PruneSettings { Ratio = 0.5 };

        var result = PruningEngine.Prune(model, weights, settings, [pictures], 1, compensation: new CompensationOptions { Rounds = rounds }, cancellation: TestContext.Current.CancellationToken);

        Assert.InRange(result.Channels.Removed, 0.45, 0.5);
        Assert.Equal(result.Spec.Widths, Shrinker.NewWidths(model.Network, result.Plan));
        Assert.Equal(result.Channels.Dense - result.Channels.Now, result.Plan.Removed);
        result.Weights.RequireFit(DetectorCatalog.Build(result.Spec).Network, "result");
        Assert.All(settings.GroupsOf(model.Network).Where(g => g.DenseWidth % 8 == 0), g => Assert.Equal(0, result.Spec.Widths[g.Name] % 8));
        Assert.All(result.Weights.Values, t => Assert.All(t.Values, v => Assert.True(float.IsFinite(v))));
    }

    [Theory]
    [InlineData(0, 1)] // nothing goes
    [InlineData(3, 1)] // a third of nine
    [InlineData(4, 2)]
    [InlineData(6, 2)]
    [InlineData(7, 3)]
    public void A_round_takes_a_third_of_the_channels_at_most(int removed, int rounds)
    {
        var scores = new Dictionary<string, double[]> { ["A"] = new double[4], ["B"] = new double[5] };
        Assert.Equal(rounds, GradualPruning.RoundsFor(new Choice(new PruningPlan(new Dictionary<string, ImmutableArray<int>>(), removed), scores)));
    }

    [Fact]
    public void The_same_input_gives_the_same_weights_however_little_memory_there_is()
    {
        var (model, weights) = Some.SmallDetector();
        using var pictures = Some.Picture(6, 64, 64);
        using var first = pictures.narrow(0, 0, 3);
        using var second = pictures.narrow(0, 3, 3);
        PruneResult Prune(long bytes) => PruningEngine.Prune(model, weights, new PruneSettings { Ratio = 0.3, Groups = ["all"] }, [first, second], 1, compensation: new CompensationOptions { MapBytes = bytes });
        PruneResult once = Prune(1L << 30), again = Prune(1L << 30), recomputed = Prune(0);
        Assert.All(once.Weights, t => Assert.Equal(t.Value.Values, again.Weights[t.Key].Values));
        Assert.All(once.Weights, t => Assert.Equal(t.Value.Values, recomputed.Weights[t.Key].Values));
    }

    [Fact]
    public void Two_plans_one_after_the_other_are_one()
    {
        var first = Plan(("A", [0, 2, 3, 5]), ("B", [1, 2]));
        var second = Plan(("A", [1, 3]), ("C", [4]));
        var both = GradualPruning.Then(first, second);
        Assert.Equal([2, 5], both.Kept["A"]);
        Assert.Equal([1, 2], both.Kept["B"]);
        Assert.Equal([4], both.Kept["C"]);
        Assert.Equal(2, both.Removed);
    }

    [Fact]
    public void Nothing_to_remove_leaves_the_weights_alone()
    {
        var (model, weights) = Some.SmallDetector();
        using var pictures = Some.Picture(1, 64, 64);
        var result = PruningEngine.Prune(model, weights, new PruneSettings { Ratio = 0 }, [pictures], 1);
        Assert.True(result.Plan.RemovesNothing);
        Assert.All(weights, t => Assert.Equal(t.Value.Values, result.Weights[t.Key].Values));
    }

    private static PruningPlan Plan(params (string Group, int[] Kept)[] kept) => new(kept.ToDictionary(k => k.Group, k => k.Kept.ToImmutableArray()), 1);
}
