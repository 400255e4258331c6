using PruneSearch.Core.Comparisons;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Core.Tests.Comparisons;

public sealed class SearchResultsTests
{
    [Fact]
    public void Seeds_are_put_together_by_variant_arm_and_level()
    {
        var results = Made.Results(t => t.Schedule == ScheduleKind.Base ? .80 + t.Seed * .01 : .70 - t.Ratio + t.Seed * .02);

        Assert.Equal(["dense", "iterative", "iterative", "one-shot", "one-shot", "dense-control"], results.Arms.Select(a => a.Arm));
        Assert.Equal([0, .2, .4, .2, .4, 0], results.Arms.Select(a => a.Level));
        var arm = results.Pruned(null).First(a => a is { Arm: "iterative", Level: .4 });
        Assert.Equal([1, 2], arm.Results.Select(r => r.Seed));
        Assert.Equal(.33, arm.Map50.Mean, 12); // .32 and .34
        Assert.Equal(.02 / Math.Sqrt(2), arm.Map50.Deviation, 12);
        Assert.Equal([1.4, 1.35, 1.45], new[] { arm.SpeedUp, arm.SpeedUpLow, arm.SpeedUpHigh }.Select(s => Math.Round(s, 9)));
        Assert.Equal((100, 20), (arm.Steps, arm.Seconds)); // two iterations of 50 steps and 10 seconds
        Assert.Equal(.815, results.Original!.Map50.Mean, 12);
        Assert.Equal((1, 1, 1), (results.Original.SpeedUp, results.Original.SpeedUpLow, results.Original.SpeedUpHigh));
        Assert.Equal("dense-control", results.Control(null)!.Arm);
        Assert.Empty(results.Missing);
    }

    [Fact]
    public void Shared_stages_are_counted_once_and_apart_for_each_trajectory()
    {
        var saving = Made.Results(_ => .5).Saving;

        // A seed: the base 300; iterative 50 + 50, of which one-shot-20 is the first; one-shot-40 50; the control 50 + 50.
        Assert.Equal((2 * 6, 2 * 550L, 2 * 60.0), (saving.Stages, saving.Steps, saving.Seconds));
        // Apart: 300, 350, 400, 350, 350 and 400 in 1 + 2 + 3 + 2 + 2 + 3 stages.
        Assert.Equal((2 * 13, 2 * 2150L, 2 * 130.0), (saving.SeparateStages, saving.SeparateSteps, saving.SeparateSeconds));
        Assert.Equal(550 / 2150.0, saving.StepShare, 12);
        Assert.Equal(6 / 13.0, saving.SecondShare, 12);
    }

    [Fact]
    public void What_did_not_get_to_its_end_is_named()
    {
        var plan = Made.Plan([1]);
        var status = Made.Status(plan, _ => .5, done: t => t.Name == "iterative-40" ? 2 : t.Stages.Count);
        var results = SearchResults.From(plan, status, null);

        Assert.Equal("iterative-40: failed after 2 of 3 stages: the loss diverged", Assert.Single(results.Missing));
        Assert.DoesNotContain(results.Trajectories, t => t.Name == "iterative-40");
        Assert.Equal("iterative-40: not finished, 0 of 3 stages", Assert.Single(SearchResults.From(plan, Without(status, "iterative-40"), null).Missing));
    }

    [Fact]
    public void Figures_of_the_test_split_count_where_there_are_any()
    {
        var plan = Made.Plan([1]);
        var status = Made.Status(plan, _ => .5);
        var test = status.Reports.Values.Select(r => r[^1].Key).Distinct().ToDictionary(
            k => k, _ => new SplitScore { Map50 = .4, Map = .3, ClassAp50 = [], Pictures = 7 });
        var results = SearchResults.From(plan, status, test);

        Assert.True(results.OnTest);
        Assert.All(results.Arms, a => Assert.Equal((.4, .3, .5), (a.Map50.Mean, a.Map.Mean, a.ValidationMap50.Mean)));
        Assert.Throws<KeyNotFoundException>(() => SearchResults.From(plan, status, new Dictionary<string, SplitScore>()));
    }

    [Fact]
    public void Reports_are_put_where_they_belong_as_far_as_the_trajectory_got()
    {
        var plan = Made.Plan([1]);
        var whole = Made.Status(plan, _ => .5);
        string lacking = plan.Trajectories.Single(t => t.Name == "iterative-40").Stages[1].ComputeKey();
        var reports = whole.Reports.Values.SelectMany(r => r).DistinctBy(r => r.Key).Reverse().Where(r => r.Key != lacking);

        var search = ReportedSearch.Of(plan, whole.Status, reports);

        Assert.Single(search.Reports["iterative-40"]); // the stage after the one that lacks does not count
        Assert.Equal(whole.Reports["one-shot-40"].Select(r => r.Key), search.Reports["one-shot-40"].Select(r => r.Key));
    }

    [Fact]
    public void Arms_of_old_plans_are_named_after_their_trajectories()
    {
        var plan = Made.Plan([1]);
        var old = plan with { Trajectories = [.. plan.Trajectories.Select(t => t with { Arm = "" })] };

        Assert.Equal(
            ["dense", "iterative", "iterative", "one-shot", "one-shot", "dense-control"],
            SearchResults.From(old, Made.Status(old, _ => .5), null).Arms.Select(a => a.Arm));
    }

    [Fact]
    public void The_best_models_are_chosen_on_the_validation_split()
    {
        // Accuracy falls with the level; one-shot-20 is the same stage as iterative-20.
        var results = Made.Results(t => t switch
        {
            { Schedule: ScheduleKind.Base } => .80,
            { Schedule: ScheduleKind.DenseControl } => .78,
            { Name: "iterative-20" or "one-shot-20" } => .79,
            { Name: "iterative-40" } => .70,
            _ => .60,
        }, t => t switch { { Ratio: .2 } => 1.5, { Name: "iterative-40" } => 1.6, { Ratio: .4 } => 1.7, _ => 1 }, 1);

        var best = BestModel.Of(results);

        Assert.Equal([BestAt.FastestAtFullAccuracy, BestAt.MostAccurate, BestAt.Knee], best.Select(b => b.At));
        // The frontier goes from (1, .80) over (1.5, .79) and (1.6, .70) to (1.7, .60); the first bend is the sharpest.
        Assert.Equal(["iterative-20", "iterative-20", "iterative-20"], best.Select(b => b.Result.Name));
    }

    [Fact]
    public void Without_a_model_as_accurate_as_the_control_there_is_no_fastest()
    {
        var best = BestModel.Of(Made.Results(t => t.Ratio == 0 ? .8 : .8 - t.Ratio, null, 1));

        Assert.Equal([BestAt.MostAccurate, BestAt.Knee], best.Select(b => b.At));
    }

    [Fact]
    public void A_search_without_variants_has_one_that_has_no_name_and_one_with_them_has_theirs()
    {
        var prune = new PruneSettings { Ratio = .4 };
        var plan = Made.Plan([1], new() { Name = "b", Prune = prune }, new() { Name = "a", Prune = prune with { Criterion = Criterion.L2 } });
        var results = SearchResults.From(plan, Made.Status(plan, _ => .5), null);

        Assert.Equal([null], Made.Results(_ => .5).Variants);
        Assert.Equal(["b", "a"], results.Variants);
        Assert.Equal(["b", "b", "b", "b"], results.Pruned("b").Select(a => a.Variant));
        Assert.Equal("a", results.Control("a")!.Variant);
        Assert.Null(results.Control("c"));
        Assert.Empty(results.Pruned("c"));
    }

    [Fact]
    public void Nothing_finished_is_no_original_no_control_and_no_saving()
    {
        var plan = Made.Plan([1]);
        var results = SearchResults.From(plan, Made.Status(plan, _ => .5, done: _ => 0), null);

        Assert.Null(results.Original);
        Assert.Null(results.Control(null));
        Assert.Equal((0, 0L, 0L), (results.Saving.Stages, results.Saving.Steps, results.Saving.SeparateSteps));
        Assert.Equal((1, 1), (results.Saving.StepShare, results.Saving.SecondShare));
    }

    private static ReportedSearch Without(ReportedSearch search, string trajectory) => search with
    {
        Status = search.Status with { Trajectories = [.. search.Status.Trajectories.Where(t => t.Name != trajectory)] },
        Reports = search.Reports.Where(r => r.Key != trajectory).ToDictionary(r => r.Key, r => r.Value),
    };
}
