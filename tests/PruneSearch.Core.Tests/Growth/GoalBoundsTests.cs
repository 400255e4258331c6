using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Growth;
using PruneSearch.Core.Searches;

namespace PruneSearch.Core.Tests.Growth;

public sealed class GoalBoundsTests
{
    private static readonly Objective[] Objectives = [Objective.Map50, Objective.Latency, Objective.Macs];

    [Fact]
    public void Bounds_are_costs_and_depend_on_the_original()
    {
        var original = Grown.Report(Grown.Plan().Trajectories[0].Stages[0]);
        var fastest = new GoalSettings { Map50 = new AccuracyGoal { Within = 0.02 }, SpeedUp = new SpeedGoal { Best = true } };
        var within = GoalBounds.Of(fastest, Objectives, original);
        Assert.Equal(1 - (original.Map50 - 0.02), within.Bounds[0]!.Value, 6);
        Assert.Equal((null, null, 1), (within.Bounds[1], within.Bounds[2], within.Best));

        var atLeast = GoalBounds.Of(
            new GoalSettings
            {
                Map50 = new AccuracyGoal { AtLeast = 0.7 }, SpeedUp = new SpeedGoal { AtLeast = 2 }, Macs = new SizeGoal { AtMost = 0.6 },
            }, Objectives, original);
        Assert.Equal([0.3, 0.5, 0.6], atLeast.Bounds.Select(b => Math.Round(b!.Value, 6)));
        Assert.Null(atLeast.Best);
    }

    [Fact]
    public void What_is_exactly_at_its_bound_keeps_to_it()
    {
        var original = Grown.Report(Grown.Plan().Trajectories[0].Stages[0]);
        var goal = GoalBounds.Of(new GoalSettings { Map50 = new AccuracyGoal { Within = 0.1 } }, Objectives, original);
        Assert.True(FrontierVolume.Cost(Objective.Map50, original with { Map50 = original.Map50 - 0.1 }, original) <= goal.Bounds[0]);
    }

    [Fact]
    public void A_history_knows_the_goal_as_soon_as_it_knows_the_original()
    {
        var plan = Grown.Plan();
        plan = plan with { Growth = plan.Growth! with { Goal = new GoalSettings { Macs = new SizeGoal { AtMost = 0.5 } } } };
        var history = new GrowthHistory(plan);
        history.Add(Grown.Batch(0, 1, Grown.OneShot(0.4, 1)));
        Assert.Null(history.ToStrategyHistory().Goal);
        history.Add(Grown.Report(plan.Trajectories[0].Stages[0]));
        history.Add(Grown.Batch(1, 1, Grown.OneShot(0.5, 1)));
        var known = history.ToStrategyHistory();
        Assert.Equal(2, known.Trials.Count);
        Assert.NotNull(known.Goal);
        Assert.Same(known.Goal, known.Before(1).Goal);
        Assert.Same(known.Goal, known.With(Grown.OneShot(0.3, 1)).Goal);
    }
}
