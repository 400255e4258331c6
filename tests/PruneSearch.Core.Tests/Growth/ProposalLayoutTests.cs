using System.Text.Json;
using PruneSearch.Core.Growth;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Strategies;

namespace PruneSearch.Core.Tests.Growth;

public sealed class ProposalLayoutTests
{
    [Fact]
    public void A_promotion_begins_with_all_stages_of_what_it_continues()
    {
        var layout = new ProposalLayout(Grown.Plan());
        var first = layout.Lay(0, Grown.OneShot(0.4, 0), []);
        var promoted = layout.Lay(1, Grown.OneShot(0.4, 2, continues: 0), [first]);
        var last = layout.Lay(2, Grown.OneShot(0.4, 3, continues: 1), [first, promoted]);

        Assert.Equal(first.Plan.Keys, promoted.Plan.Keys.Take(2));
        Assert.Equal(promoted.Plan.Keys, last.Plan.Keys.Take(4));
        Assert.Equal(layout.Lay(0, Grown.OneShot(0.4, 3), []).Plan.Keys, last.Plan.Keys);
        Assert.Equal([0, 10, 20, 60], last.Plan.Stages.Skip(1).Select(s => s.FineTune?.Steps ?? 0));
        Assert.Equal([true, false, false, false], last.Plan.Stages.Skip(1).Select(s => s.Prune is not null));
        Assert.Equal([1, 2, 3, 4], last.RungStages);
        Assert.Equal(last.Plan.Stages.Select(s => s.ComputeKey()), last.Plan.Keys);
        Assert.Equal("p3-one-shot-40", last.Plan.Name);
        SearchPlanValidator.Require(Grown.Plan() with { Trajectories = [Grown.Plan().Trajectories[0], first.Plan, promoted.Plan, last.Plan] }, "grown");
    }

    [Fact]
    public void An_input_size_changes_once_and_what_it_costs_is_known_to_differ()
    {
        var plan = Grown.Plan();
        SearchSpace space = new()
        {
            Hyperparameters =
            [
                new RealHyperparameter { Name = "level", From = 0.2, To = 0.8 },
                new ChoiceHyperparameter { Name = "input-size", Values = ["224", "300"], Ordered = true },
            ],
        };
        plan = plan with { Growth = plan.Growth! with { Space = space, Prune = plan.Growth.Prune with { Target = PruneTarget.Macs } } };
        Configuration small = new([0.4, 0]), own = new([0.4, 1]);
        var layout = new ProposalLayout(plan);

        var laid = layout.Lay(0, new Proposal { Configuration = small, Rung = 3, Why = "" }, []);
        Assert.Equal([null, 224, null, null, null], laid.Plan.Stages.Select(s => s.InputSize));
        var without = new ProposalLayout(plan with { Growth = plan.Growth with { Space = new() { Hyperparameters = [space.Hyperparameters[0]] } } });
        Assert.Equal(
            without.Lay(0, new Proposal { Configuration = new([0.4]), Rung = 3, Why = "" }, []).Plan.Keys,
            layout.Lay(0, new Proposal { Configuration = own, Rung = 3, Why = "" }, []).Plan.Keys);
        var stages = new ConfigurationStages(plan.Growth);
        Assert.NotEqual(stages.Of(small, 0)[0].Id, stages.Of(own, 0)[0].Id);
        Assert.Null(KnownCosts.Of(plan.Objectives, plan.Growth)?.Invoke(small)[1]); // a share of other MACs
    }

    [Fact]
    public void An_iterative_one_trains_between_prunings_and_is_prepared_there_alone()
    {
        var laid = new ProposalLayout(Grown.Plan()).Lay(0, Grown.Iterative(0.6, 3, 1), []);

        var stages = laid.Plan.Stages.Skip(1).ToList();
        Assert.Equal([true, true, true, false], stages.Select(s => s.Prune is not null));
        Assert.Equal([90, 90, 0, 10], stages.Select(s => s.FineTune?.Steps ?? 0));
        Assert.Equal([true, true, false, false], stages.Select(s => s.FineTune?.Regularisation is not null));
        Assert.Equal(0.6, stages[2].Prune!.Ratio);
        Assert.Equal([3, 4], laid.RungStages);
        Assert.Equal((ScheduleKind.Iterative, 0.6), (laid.Plan.Schedule, laid.Plan.Ratio));
    }

    [Fact]
    public void With_a_single_rung_it_shares_its_stages_with_a_search_that_was_written_down()
    {
        var plan = Grown.Plan([1]);
        var root = plan.Trajectories[0].Stages[0];
        var settings = new SearchSettings
        {
            Name = "written",
            Data = new DataSource.Shapes(),
            Detector = new() { Template = root.Base!.Detector, FineTune = root.FineTune },
            Prune = new() { Ratio = 0, Criterion = Criterion.L1 },
            FineTune = plan.Growth!.FineTune! with { Steps = 90, LearningRate = 0.001 },
            Trajectories = new() { Levels = [0.6], Schedules = [new ScheduleSettings.Iterative { Iterations = 3, Shape = ScheduleShape.Cubic }] },
            Seed = root.Seed,
        };
        var written = Planner.Plan(settings, root.Base, root.Data, "written", Grown.Created);

        Assert.Equal(written.Trajectories[1].Keys, new ProposalLayout(plan).Lay(0, Grown.Iterative(0.6, 3, 0), []).Plan.Keys);
    }

    [Fact]
    public void A_rung_that_has_no_step_of_its_own_has_the_result_of_the_one_before()
    {
        var laid = new ProposalLayout(Grown.Plan()).Lay(0, Grown.OneShot(0.4, 3, steps: 3), []);

        Assert.Equal([0, 1, 2], laid.Plan.Stages.Skip(1).Select(s => s.FineTune?.Steps ?? 0));
        Assert.Equal([1, 2, 2, 3], laid.RungStages);
    }

    [Theory]
    [InlineData(4, null, "its rung is 4, expected 0 to 3")]
    [InlineData(1, 1, "it continues proposal 1, expected an earlier one")]
    [InlineData(0, 0, "expected one of its own configuration to a lower rung")]
    public void What_does_not_fit_is_refused(int rung, int? continues, string expected)
    {
        var layout = new ProposalLayout(Grown.Plan());
        var first = layout.Lay(0, Grown.OneShot(0.4, 0), []);

        var e = Assert.Throws<FormatException>(() => layout.Lay(1, Grown.OneShot(0.4, rung, continues), [first]));

        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_plan_comes_back_from_json_and_tells_a_foolish_space()
    {
        var plan = Grown.Plan();
        string json = JsonSerializer.Serialize(plan, CoreJson.Canonical);

        var again = JsonSerializer.Deserialize<SearchPlan>(json, CoreJson.Canonical)!;

        Assert.Equal(json, JsonSerializer.Serialize(again, CoreJson.Canonical));
        Assert.Equal(plan.Growth!.Space, again.Growth!.Space);
        Assert.Equal(plan.Growth.Goal, again.Growth.Goal);
        SearchStrategy.Require(again);
        var e = Assert.Throws<ArgumentException>(() => SearchStrategy.Require(
            plan with { Growth = plan.Growth with { Space = new() { Hyperparameters = [new RealHyperparameter { Name = "level", From = 0.5, To = 0.2 }] } } }));
        Assert.Contains("'level'", e.Message, StringComparison.Ordinal);
    }
}
