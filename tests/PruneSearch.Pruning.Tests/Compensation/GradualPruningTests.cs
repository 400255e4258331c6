using System.Collections.Immutable;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Stages;
using PruneSearch.Pruning;
using PruneSearch.Pruning.Compensation;
using PruneSearch.Pruning.Shrinking;

namespace PruneSearch.Tests.Pruning.Compensation;

public sealed class GradualPruningTests
{
    [Fact]
    public void Positions_count_in_the_choice_and_in_what_is_solved_as_the_settings_say()
    {
        var (model, weights) = Some.SmallDetector();
        using var pictures = Some.Picture(2, 64, 64);
        CalibrationSet calibration = new([pictures], 1);
        PruneSettings all = new() { Ratio = 0.3, Positions = PositionWeighting.Uniform }, some = all with { Positions = PositionWeighting.Detections };
        PruneSettings solved = all with { Criterion = Criterion.L1 };

        Assert.NotEqual(Flat(PruningEngine.Score(model, weights, all, calibration)), Flat(PruningEngine.Score(model, weights, some, calibration)));
        Assert.Equal(Flat(PruningEngine.Score(model, weights, some, calibration)), Flat(PruningEngine.Score(model, weights, some, calibration)));
        Assert.NotEqual(Solved(solved), Solved(solved with { Positions = PositionWeighting.Detections })); // the same channels go
        // Nothing is fitted.
        Assert.Equal(Solved(solved with { Compensate = false }), Solved(solved with { Compensate = false, Positions = PositionWeighting.Detections }));

        float[] Solved(PruneSettings settings) => [.. PruningEngine.Prune(model, weights, settings, calibration).Weights.Values.SelectMany(t => t.Values)];
        static double[] Flat(IReadOnlyDictionary<string, double[]> scores) => [.. scores.OrderBy(s => s.Key, StringComparer.Ordinal).SelectMany(s => s.Value)];
    }

    [Theory]
    [InlineData(1, 8)]
    [InlineData(3, 8)]
    [InlineData(3, 32)] // most dense widths are no multiples of it
    public void Rounds_reach_the_target_and_tell_everything_that_went(int rounds, int roundTo)
    {
        var (model, weights) = Some.SmallDetector();
        using var pictures = Some.Picture(4, 64, 64);
        var settings = new PruneSettings { Ratio = 0.5, RoundTo = roundTo, Rounds = rounds };

        var result = PruningEngine.Prune(model, weights, settings, new([pictures], 1), cancellation: TestContext.Current.CancellationToken);

        Assert.InRange(result.Channels.Removed, 0.45, 0.5);
        Assert.Equal(result.Spec.Widths, Shrinker.NewWidths(model.Network, result.Plan));
        Assert.Equal(result.Channels.Dense - result.Channels.Now, result.Plan.Removed);
        result.Weights.RequireFit(DetectorCatalog.Build(result.Spec).Network, "result");
        Assert.All(model.Network.Groups, g => Assert.True(
            result.Spec.Widths[g.Name] == g.DenseWidth || result.Spec.Widths[g.Name] % roundTo == 0,
            $"{g.Name}: {result.Spec.Widths[g.Name]} of {g.DenseWidth}"));
        Assert.All(result.Weights.Values, t => Assert.All(t.Values, v => Assert.True(float.IsFinite(v))));
    }

    [Fact]
    public void As_many_rounds_as_are_asked_for_are_run()
    {
        var (model, weights) = Some.SmallDetector();
        using var pictures = Some.Picture(4, 64, 64);
        PruneSettings once = new() { Ratio = 0.3, RoundTo = 4 };
        float[] Pruned(PruneSettings settings) =>
            [.. PruningEngine.Prune(model, weights, settings, new([pictures], 1)).Weights.Values.SelectMany(t => t.Values)];

        Assert.Equal(Pruned(once), Pruned(once with { Rounds = 1 })); // less than a third goes
        Assert.NotEqual(Pruned(once), Pruned(once with { Rounds = 3 }));
        Assert.Equal(Pruned(once with { Compensate = false }), Pruned(once with { Compensate = false, Rounds = 3 })); // nothing is solved
    }

    [Theory]
    [InlineData(Criterion.Obs, false)]
    [InlineData(Criterion.L2, true)]
    public void Values_beyond_a_float_on_the_calibration_pictures_name_the_layer(Criterion criterion, bool compensate)
    {
        var (model, weights) = Some.SmallDetector();
        var kernel = weights["expanded_conv_5.project.weight"];
        float largest = kernel.Values.Max(Math.Abs);
        weights["expanded_conv_5.project.weight"] = new(kernel.Shape, [.. kernel.Values.Select(v => v / largest * 3e38f)]);
        using var pictures = Some.Picture(4, 64, 64);

        var error = Assert.Throws<NotFiniteNumberException>(() => PruningEngine.Prune(
            model, weights, new PruneSettings { Ratio = 0.3, Criterion = criterion, Compensate = compensate }, new([pictures], 1),
            cancellation: TestContext.Current.CancellationToken));

        Assert.Matches("^layer 'expanded_conv_[0-9]+\\.[a-z]+' reads, or should give, values on the calibration pictures that are not finite", error.Message);
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
        var (model, weights) = Some.SmallDetector(width: 0.1); // forgotten maps are computed anew for every layer: narrow ones
        using var pictures = Some.Picture(6, 64, 64);
        using var first = pictures.narrow(0, 0, 3);
        using var second = pictures.narrow(0, 3, 3);
        PruneResult Prune(long bytes) =>
            PruningEngine.Prune(model, weights, new PruneSettings { Ratio = 0.3, Groups = ["all"], Protect = ["Conv_1"] }, new([first, second], 1),
                compensation: new CompensationOptions { MapBytes = bytes });
        PruneResult once = Prune(1L << 30), again = Prune(1L << 30), recomputed = Prune(0);
        Assert.All(once.Weights, t => Assert.Equal(t.Value.Values, again.Weights[t.Key].Values));
        Assert.All(once.Weights, t => Assert.Equal(t.Value.Values, recomputed.Weights[t.Key].Values));
    }

    [Fact]
    public void Two_plans_one_after_the_other_are_one()
    {
        var first = Plan(("A", [0, 2, 3, 5]), ("B", [1, 2]));
        var second = Plan(("A", [1, 3]), ("C", [4]));
        var both = first.Then(second);
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
        var result = PruningEngine.Prune(model, weights, new PruneSettings { Ratio = 0 }, new([pictures], 1));
        Assert.True(result.Plan.RemovesNothing);
        Assert.All(weights, t => Assert.Equal(t.Value.Values, result.Weights[t.Key].Values));
    }

    private static PruningPlan Plan(params (string Group, int[] Kept)[] kept) => new(kept.ToDictionary(k => k.Group, k => k.Kept.ToImmutableArray()), 1);
}
