using PruneSearch.Core.Growth;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Strategies;

namespace PruneSearch.Core.Tests.Growth;

public sealed class GrowthHistoryTests
{
    private readonly SearchPlan _plan = Grown.Plan();

    [Fact]
    public void Trials_have_the_results_of_their_rungs_and_pay_for_their_own_stages()
    {
        var history = new GrowthHistory(_plan);
        history.Add(Grown.Report(_plan.Trajectories[0].Stages[0]));
        var first = history.Add(Grown.Batch(0, 1, Grown.OneShot(0.4, 1)))[0];
        var other = history.Add(Grown.Batch(1, 1, Grown.OneShot(0.4, 1, rate: 0.002)))[0]; // prunes alike
        Finish(history, first.Plan);
        Finish(history, other.Plan);
        var promoted = history.Add(Grown.Batch(2, 4, Grown.OneShot(0.4, 2, continues: 0)))[0];
        Finish(history, promoted.Plan);

        var trials = history.ToStrategyHistory().Trials;
        Assert.All(trials, t => Assert.Equal(TrialState.Completed, t.State));
        Assert.Equal([(0, 10.0), (1, 11.0)], trials[0].Results.Select(r => (r.Rung, r.Seconds)));
        Assert.Equal([(0, 0.0), (1, 11.0)], trials[1].Results.Select(r => (r.Rung, r.Seconds)));
        Assert.Equal([(2, 12.0)], trials[2].Results.Select(r => (r.Rung, r.Seconds)));
        Assert.Equal(1 - 0.4, trials[0].Results[0].Costs[1], 9);
        Assert.Equal(new SearchCost(44, 3, 40), history.Spent);
        Assert.Equal((0, 3), (history.Open, history.Completed));
    }

    [Fact]
    public void What_another_search_did_before_is_free()
    {
        var history = new GrowthHistory(_plan);
        history.Add(Grown.Report(_plan.Trajectories[0].Stages[0]));
        var proposed = history.Add(Grown.Batch(0, 1, Grown.OneShot(0.4, 1)))[0];
        history.Add(Grown.Report(proposed.Plan.Stages[1], Grown.Created.AddMinutes(-1)));
        history.Add(Grown.Report(proposed.Plan.Stages[2], Grown.Created.AddMinutes(1)));

        Assert.Equal([0.0, 11.0], history.ToStrategyHistory().Trials[0].Results.Select(r => r.Seconds));
        Assert.Equal(new SearchCost(11, 1, 10), history.Spent);
    }

    [Fact]
    public void The_order_of_reports_says_nothing()
    {
        var batch = Grown.Batch(0, 1, Grown.OneShot(0.4, 3), Grown.OneShot(0.4, 3, rate: 0.002), Grown.Iterative(0.6, 3, 1), Grown.OneShot(0.5, 0));
        var layout = new GrowthHistory(_plan);
        var reports = layout.Add(batch).SelectMany(p => p.Plan.Stages).DistinctBy(s => s.ComputeKey()).Select(s => Grown.Report(s)).ToArray();
        string? expected = null;
        for (int seed = 0; seed < 20; seed++)
        {
            new Random(seed).Shuffle(reports);
            var history = new GrowthHistory(_plan);
            history.Add(batch);
            Array.ForEach(reports, history.Add);
            Array.ForEach(reports, history.Add);
            history.SetFailed(3, true); // too late: it completed

            string all = string.Join('\n', history.ToStrategyHistory().Trials.Select(
                t => $"{t.Number} {t.State} {string.Join(' ', t.Results.Select(r => $"{r.Rung} {r.Seconds} {string.Join(',', r.Costs)}"))}")) + history.Spent;
            Assert.Equal(expected ??= all, all);
            Assert.DoesNotContain("Failed", all, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_failed_trial_is_open_again_when_it_is_taken_up()
    {
        var history = new GrowthHistory(_plan);
        history.Add(Grown.Batch(0, 0, Grown.OneShot(0.4, 1)));
        history.SetFailed(0, true);
        Assert.Equal((TrialState.Failed, 0), (history.ToStrategyHistory().Trials[0].State, history.Open));

        history.SetFailed(0, false);

        Assert.Equal((TrialState.Running, 1), (history.ToStrategyHistory().Trials[0].State, history.Open));
    }

    [Fact]
    public void What_is_open_is_committed()
    {
        var history = new GrowthHistory(_plan);
        var proposed = history.Add(Grown.Batch(0, 0, Grown.OneShot(0.4, 2) with { Price = 50 }))[0];
        Assert.Equal(new SearchCost(50, 0, 30), history.Committed);
        Assert.Equal(new SearchCost(0, 1, 60), history.CostOf(Grown.OneShot(0.4, 3, continues: 0)));

        history.Add(Grown.Report(proposed.Plan.Stages[1]));
        history.Add(Grown.Report(proposed.Plan.Stages[2]));

        Assert.Equal(new SearchCost(29, 0, 20), history.Committed);
    }

    [Fact]
    public void Another_searchs_entry_is_refused()
    {
        var history = new GrowthHistory(_plan);
        Assert.Throws<FormatException>(() => history.Add(Grown.Batch(0, 0, Grown.OneShot(0.4, 1)) with { Search = "another" }));
        Assert.Throws<FormatException>(() => history.Add(Grown.Batch(1, 0, Grown.OneShot(0.4, 1))));
        Assert.Throws<FormatException>(() => history.Add(Grown.Batch(0, 0)));
        Assert.Empty(history.Proposed);
    }

    private static void Finish(GrowthHistory history, TrajectoryPlan plan)
    {
        foreach (var stage in plan.Stages)
        {
            history.Add(Grown.Report(stage));
        }
    }
}
