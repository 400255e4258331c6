using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Tests;

namespace PruneSearch.Core.Tests.Searches;

public sealed class GoalAnswerTests
{
    private static readonly GoalSettings Fastest = new() { Map50 = new AccuracyGoal { Within = 0.01 }, SpeedUp = new SpeedGoal { Best = true } };

    [Fact]
    public void The_fastest_that_is_accurate_enough_answers_whatever_comes_first()
    {
        FrontierPoint[] points =
        [
            Base(.70),
            Point("slow", .71, 1.2), Point("fast", .69, 1.6), Point("faster", .6899, 1.9), Point("middle", .695, 1.5),
        ];
        foreach (var order in (FrontierPoint[][])[points, [.. points.Reverse()], [.. points.Skip(2), .. points.Take(2)]])
        {
            var answer = Answer(Fastest, order);

            Assert.Equal(("fast", true, 4, 3), (answer.Best!.Trajectory, answer.Meets, answer.Models, answer.Meeting));
            Assert.Equal(("fast", true, .69, 1.6), (answer.Standing!.Model, answer.Standing.Meets, answer.Standing.Map50, answer.Standing.SpeedUp));
        }
    }

    [Fact]
    public void Where_none_meets_the_goal_the_nearest_answers()
    {
        var goal = new GoalSettings { Map50 = new AccuracyGoal { AtLeast = .8 }, SpeedUp = new SpeedGoal { AtLeast = 2 } };

        var answer = Answer(goal, Base(.70), Point("accurate", .79, 1.0), Point("near", .76, 1.9), Point("fast", .40, 2.5));

        Assert.Equal(("near", false, 0), (answer.Best!.Trajectory, answer.Meets, answer.Meeting));
        Assert.Equal(0.05, GoalAnswer.Miss(goal.SpeedUp, Objective.Latency, answer.Best.Report, answer.Original!), 6);
        Assert.Equal(0.05, GoalAnswer.Miss(goal.Map50, Objective.Map50, answer.Best.Report, answer.Original!), 6);
    }

    [Fact]
    public void With_bounds_alone_the_model_that_stays_furthest_from_them_answers()
    {
        var goal = new GoalSettings { Map50 = new AccuracyGoal { AtLeast = .5 }, Macs = new SizeGoal { AtMost = .5 } };

        var answer = Answer(goal, Base(.70), Point("edge", .69, 1, macs: 499), Point("both", .65, 1, macs: 350), Point("small", .51, 1, macs: 100));

        Assert.Equal(("both", true, 3), (answer.Best!.Trajectory, answer.Meets, answer.Meeting));
    }

    [Fact]
    public void Neither_the_original_nor_more_training_alone_is_an_answer()
    {
        var answer = Answer(Fastest, Base(.70), Point("control", .75, 1) with { Schedule = ScheduleKind.DenseControl });

        Assert.Null(answer.Best);
        Assert.Null(answer.Standing);
        Assert.Equal(0, answer.Models);
    }

    [Fact]
    public void A_quantised_model_is_a_candidate_of_its_own_and_counts_once()
    {
        var score = new ModelScore { Map50 = .70, Map = .3, ClassAp50 = [], ModelBytes = 10, Latency = Point("", 1, 2.5).Report.Latency };
        var point = Point("a", .70, 1.5);
        point = point with { Report = point.Report with { Quantised = score } };

        var answer = Answer(Fastest, [Base(.70), .. FrontierPoints.Expand(point)]);

        Assert.Equal((2, 2, true, 2.5), (answer.Models, answer.Meeting, answer.Best!.IsQuantised, answer.Best.Report.Latency.SpeedUp));
    }

    [Fact]
    public void What_a_goal_says_is_listed_with_its_objective()
    {
        var goal = new GoalSettings { FileSize = new SizeGoal { AtMost = .5 }, Map = new AccuracyGoal { Best = true } };

        Assert.Equal([("map", Objective.Map), ("file-size", Objective.FileSize)], goal.Parts.Select(p => (p.Key, p.Objective)));
        Assert.Equal([(true, 0), (false, 1)], goal.Parts.Select(p => (p.Part.Best, p.Part.Bounds)));
    }

    private static GoalAnswer Answer(GoalSettings goal, params IEnumerable<FrontierPoint> points)
    {
        var answer = new GoalAnswer(goal);
        foreach (var point in points)
        {
            answer.Add(point);
        }
        return answer;
    }

    private static FrontierPoint Base(double map50) => Point("dense", map50, 1, 1000) with { Schedule = ScheduleKind.Base, Iteration = 0 };

    private static FrontierPoint Point(string name, double map50, double speedUp, long macs = 800) => new()
    {
        Trajectory = name,
        Schedule = ScheduleKind.OneShot,
        Ratio = .4,
        Iteration = 1,
        OnFrontier = false,
        Report = MadeUp.Report(map50, speedUp, MadeUp.Key(name)) with { Macs = macs },
    };
}
