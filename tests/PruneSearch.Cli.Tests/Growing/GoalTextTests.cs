using PruneSearch.Cli.Growing;
using PruneSearch.Core.Searches;

namespace PruneSearch.Cli.Tests.Growing;

public sealed class GoalTextTests
{
    [Fact]
    public void A_goal_that_is_met_is_answered_with_the_model_and_its_figures()
    {
        var goal = new GoalSettings { Map50 = new AccuracyGoal { Within = .05 }, SpeedUp = new SpeedGoal { Best = true } };

        Assert.Equal(
            "The goal (mAP50 within 0.05 of the original's, speed-up as high as possible) is met by iterative-40 #3: " +
            "mAP50 0.740 (original 0.780) and 1.45× [1.43–1.47] as fast; the fastest of 5 that meet it, of 8 pruned models.",
            GoalText.Answer(goal, Some.View()));
        Assert.EndsWith(
            "the only one of 8 pruned models that meets it.",
            GoalText.Answer(goal with { Map50 = new AccuracyGoal { AtLeast = .77 } }, Some.View()),
            StringComparison.Ordinal);
    }

    [Fact]
    public void An_answer_says_what_its_pictures_can_tell()
    {
        var view = Some.View();
        view = view with
        {
            Points = [.. view.Points.Select(p => p with { Report = p.Report with { Map50BeyondDense = new(-0.06, 0.01) } })],
        };
        var goal = new GoalSettings { Map50 = new AccuracyGoal { Within = .05 }, SpeedUp = new SpeedGoal { Best = true } };
        Assert.Contains("mAP50 0.740 (original 0.780, [−6.0, +1.0] points beyond it) and", GoalText.Answer(goal, view), StringComparison.Ordinal);
    }

    [Fact]
    public void A_goal_that_nothing_can_meet_is_answered_with_the_nearest_model_and_what_it_lacks()
    {
        var goal = new GoalSettings
        {
            Map50 = new AccuracyGoal { AtLeast = .78 },
            SpeedUp = new SpeedGoal { AtLeast = 1.5 },
            Macs = new SizeGoal { AtMost = .5 },
        };

        Assert.Equal(
            "None of 8 pruned models meets the goal (mAP50 at least 0.78, speed-up at least 1.5×, MACs at most 0.5 of the original's); " +
            "nearest is iterative-40 #4: mAP50 0.700 (original 0.780) and 1.71× [1.67–1.75] as fast and 60 % of the MACs, " +
            "0.080 short in mAP50 and 10 % too many MACs.",
            GoalText.Answer(goal, Some.View()));
    }

    [Fact]
    public void Without_a_pruned_model_there_is_no_answer() => Assert.Equal(
        "No answer to the goal (speed-up as high as possible): there is no pruned model yet.",
        GoalText.Answer(
            new GoalSettings { SpeedUp = new SpeedGoal { Best = true } }, Some.View() with { Points = [.. Some.View().Points.Take(1)] }));
}
