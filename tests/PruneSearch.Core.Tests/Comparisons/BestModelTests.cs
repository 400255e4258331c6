using PruneSearch.Core.Comparisons;
using PruneSearch.Core.Searches;

namespace PruneSearch.Core.Tests.Comparisons;

public sealed class BestModelTests
{
    private static readonly SearchResults Results = Made.Results(_ => .5);
    private static readonly TrajectoryResult Base = Results.Trajectories.First(t => t.Schedule == ScheduleKind.Base);
    private static readonly TrajectoryResult Control = Results.Trajectories.First(t => t.Schedule == ScheduleKind.DenseControl);
    private static readonly TrajectoryResult Pruned = Results.Trajectories.First(t => t.Schedule == ScheduleKind.OneShot);

    [Fact]
    public void The_fastest_at_full_accuracy_is_as_accurate_as_the_control_or_more()
    {
        var control = At(Control, "control", 1, .75);

        Assert.Equal("fast", Fastest(At(Base, "base", 1, .8), control, At(Pruned, "slow", 1.2, .8), At(Pruned, "fast", 1.5, .75), At(Pruned, "poor", 2, .74)));
        Assert.Null(Fastest(At(Base, "base", 1, .5), control, At(Pruned, "poor", 2, .74)));
    }

    [Fact]
    public void Without_a_control_the_original_of_its_seed_and_no_other_is_what_a_model_is_held_against()
    {
        TrajectoryResult first = At(Base, "first", 1, .7), second = At(Base, "second", 1, .9) with { Seed = 2 };

        Assert.Equal("one", Fastest(first, second, At(Pruned, "one", 1.5, .8), At(Pruned, "two", 2, .8) with { Seed = 2 }));
        Assert.Null(Fastest(first, second, At(Pruned, "two", 2, .8) with { Seed = 2 }));
        Assert.Null(Fastest(At(Pruned, "alone", 2, .8)));
        // A control of another variant or seed says nothing.
        Assert.Equal("one", Fastest(first, At(Control, "other", 1, .9) with { Variant = "x" }, At(Pruned, "one", 1.5, .8)));
        Assert.Equal("one", Fastest(first, At(Control, "other", 1, .9) with { Seed = 2 }, At(Pruned, "one", 1.5, .8)));
    }

    [Fact]
    public void A_frontier_of_two_has_no_bend_and_one_of_three_bends_in_the_middle()
    {
        TrajectoryResult slow = At(Base, "base", 1, .9), fast = At(Pruned, "fast", 2, .5);

        Assert.DoesNotContain(Best(slow, fast), b => b.At == BestAt.Knee);
        Assert.Equal("middle", Best(slow, fast, At(Pruned, "middle", 1.5, .8)).Single(b => b.At == BestAt.Knee).Result.Name);
    }

    [Fact]
    public void The_knee_is_the_point_of_the_frontier_farthest_from_the_line_between_its_ends()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            // Ever faster and ever less accurate: all of them are on the frontier.
            double[] speeds = [.. Enumerable.Range(0, 8).Select(_ => 1 + random.NextDouble()).Order()];
            double[] accuracies = [.. Enumerable.Range(0, 8).Select(_ => random.NextDouble()).OrderDescending()];
            var frontier = speeds.Zip(accuracies, (s, a) => (X: s, Y: a)).ToList();
            var (from, to) = (frontier[0], frontier[^1]);
            // Both axes scaled to the frontier's extent, the line between its ends is x + y = 1.
            double Distance((double X, double Y) p) => ((p.X - from.X) / (to.X - from.X) + (p.Y - to.Y) / (from.Y - to.Y) - 1) / Math.Sqrt(2);
            string expected = $"{frontier.Index().MaxBy(p => Distance(p.Item)).Index}";

            var found = Best([At(Base, "slowest", .5, 2), .. frontier.Skip(1).Index().Select(p => At(Pruned, $"{p.Index + 1}", p.Item.X, p.Item.Y))]);
            var whole = Best([.. frontier.Index().Select(p => At(Pruned, $"{p.Index}", p.Item.X, p.Item.Y))]);

            Assert.NotEqual("slowest", found.Single(b => b.At == BestAt.Knee).Result.Name);
            Assert.Equal(expected, whole.Single(b => b.At == BestAt.Knee).Result.Name);
        }
    }

    private static string? Fastest(params TrajectoryResult[] trajectories) =>
        Best(trajectories).SingleOrDefault(b => b.At == BestAt.FastestAtFullAccuracy)?.Result.Name;

    private static IReadOnlyList<BestModel> Best(params TrajectoryResult[] trajectories) => BestModel.Of(Results with { Trajectories = trajectories });

    private static TrajectoryResult At(TrajectoryResult like, string name, double speedUp, double map50) => like with
    {
        Name = name,
        Report = like.Report with { Map50 = map50, Latency = like.Report.Latency with { SpeedUp = speedUp } },
    };
}
