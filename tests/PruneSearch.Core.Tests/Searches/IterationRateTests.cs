using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Ssd;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Core.Tests.Searches;

/// <summary>Learning rates that fall once over all iterations of a trajectory, in its plan.</summary>
public sealed class IterationRateTests
{
    private static readonly ScheduleSettings.Iterative Restarts = new() { Step = 0.1 }, Once = Restarts with { Rate = IterationRate.FallsOnce };

    private static SearchPlan Plan(int steps, params ScheduleSettings[] schedules)
    {
        var detector = SsdFamily.Spec(["cat"]);
        var settings = new SearchSettings
        {
            Name = "test",
            Data = new DataSource.Shapes(),
            Detector = new() { Template = detector },
            Prune = new() { Ratio = 0.5 },
            FineTune = new() { Steps = steps },
            Trajectories = new() { Levels = [0.1, 0.2, 0.4], Schedules = schedules },
        };
        DataSettings data = new() { Train = new string('a', 64), Validation = new string('b', 64) };
        return Planner.Plan(settings, new BaseSettings { Detector = detector }, data, "test-0001", DateTimeOffset.UnixEpoch);
    }

    private static TrajectoryPlan Trajectory(SearchPlan plan, string name) => plan.Trajectories.Single(t => t.Name == name);

    private static IEnumerable<TrainingPart?> Parts(SearchPlan plan, string name) => Trajectory(plan, name).Stages.Select(s => s.PartOf);

    [Fact]
    public void Stages_are_parts_of_one_training_which_no_other_level_shares()
    {
        var plan = Plan(50, Restarts, Once);
        TrajectoryPlan ten = Trajectory(plan, "iterative-falls-once-10"), twenty = Trajectory(plan, "iterative-falls-once-20"),
            forty = Trajectory(plan, "iterative-falls-once-40"), restarting = Trajectory(plan, "iterative-40");

        Assert.Equal([null, new(0, 200), new(50, 200), new(100, 200), new(150, 200)], Parts(plan, forty.Name));
        Assert.Equal([null, new(0, 100), new(50, 100)], Parts(plan, twenty.Name));
        Assert.All(forty.Stages.Skip(1), s => Assert.Equal(50, s.FineTune!.Steps));
        Assert.All(restarting.Stages, s => Assert.Null(s.PartOf));
        Assert.Single(twenty.Keys.Intersect(forty.Keys)); // the base
        // The first pruning is the same for all; one iteration alone is that of any schedule.
        Assert.Equal(restarting.Stages[1].ComputePruningKey(), forty.Stages[1].ComputePruningKey());
        Assert.Equal(Trajectory(plan, "iterative-10").Keys, ten.Keys);
        SearchPlanValidator.Require(plan, plan.Id);
    }

    [Fact]
    public void The_dense_control_has_the_rate_of_the_longest_schedule()
    {
        var control = new ScheduleSettings.DenseControl();
        ScheduleSettings.Iterative fewer = new() { Name = "fewer", Step = 0.2 };

        Assert.Equal(Parts(Plan(50, Once), "iterative-falls-once-40"), Parts(Plan(50, fewer, Once, control), "dense-control"));
        Assert.All(Parts(Plan(50, fewer with { Rate = IterationRate.FallsOnce }, Restarts, control), "dense-control"), Assert.Null);
    }

    [Fact]
    public void More_steps_than_can_be_counted_are_refused() => Assert.Throws<OverflowException>(() => Plan(int.MaxValue, Once));

    [Theory]
    [InlineData(-1, 200)]
    [InlineData(151, 200)]
    [InlineData(0, 49)]
    public void A_training_that_is_no_part_of_the_longer_one_is_refused(int before, int steps)
    {
        var plan = Plan(50, Restarts);
        var trajectory = Trajectory(plan, "iterative-20");
        var last = trajectory.Stages[^1] with { PartOf = new(before, steps) };
        var wrong = plan with { Trajectories = [trajectory with { Stages = [.. trajectory.Stages.SkipLast(1), last] }] };

        string message = Assert.Throws<ArgumentException>(() => SearchPlanValidator.Require(wrong, wrong.Id)).Message;

        Assert.EndsWith($"stage 3 of trajectory 'iterative-20' trains 50 steps, which are no part of {steps} after the first {before}.", message,
            StringComparison.Ordinal);
    }
}
