using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Ssd;
using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Core.Tests.Searches;

public sealed class PlannerTests
{
    private static readonly DataSettings Data = new() { Train = new string('a', 64), Validation = new string('b', 64) };

    private static readonly BaseSettings Base = new() { Detector = SsdFamily.Spec(["cat"]) };

    private static readonly SearchSettings Settings = new()
    {
        Name = "test",
        Data = new DataSource.Shapes(),
        Detector = new() { Template = Base.Detector, FineTune = new() { Steps = 300 } },
        Prune = new() { Ratio = 0.5, Compensate = true },
        FineTune = new() { Steps = 50 },
        Trajectories = new()
        {
            Levels = [0.2, 0.4],
            Schedules =
            [
                new ScheduleSettings.OneShot(),
                new ScheduleSettings.OneShot { Budget = OneShotBudget.SameTotal },
                new ScheduleSettings.Iterative { Step = 0.1 },
                new ScheduleSettings.DenseControl(),
            ],
        },
        Objectives = [Objective.Map50, Objective.Latency],
        Measure = new() { Threads = 2 },
        Seeds = [7],
    };

    private static SearchPlan Plan(SearchSettings settings) => Planner.Plan(settings, Base, Data, "test-0001", DateTimeOffset.UnixEpoch, "name: test");

    private static TrajectorySettings Trying(params ScheduleSettings[] schedules) => Settings.Trajectories with { Schedules = schedules };

    private static List<StageKey> Keys(SearchPlan plan, string trajectory) =>
        [.. plan.Trajectories.Single(t => t.Name == trajectory).Stages.Select(s => s.ComputeKey())];

    [Fact]
    public void Keys_follow_from_the_stages_and_are_computed_once()
    {
        var trajectory = Planner.Plan(Settings, Base, Data, "test-0001", DateTimeOffset.UnixEpoch).Trajectories[^1];
        Assert.Equal(trajectory.Stages.Select(s => s.ComputeKey()), trajectory.Keys);
        Assert.Same(trajectory.Keys, trajectory.Keys);

        var other = trajectory with { Stages = [trajectory.Stages[0] with { Seed = 7 }] };

        Assert.Equal([other.Stages[0].ComputeKey()], other.Keys);
        // old and new homes read each other's plans
        Assert.DoesNotContain("keys", System.Text.Json.JsonSerializer.Serialize(trajectory, CoreJson.Canonical), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void What_another_device_class_makes_has_other_keys_and_what_processors_make_the_ones_it_always_had()
    {
        var (cpu, cuda) = (Plan(Settings), Plan(Settings with { DeviceClass = "cuda" }));

        Assert.Equal(("cpu", "cuda"), (cpu.DeviceClass, cuda.DeviceClass));
        var stages = cuda.Trajectories.SelectMany(t => t.Stages).ToList();
        Assert.All(stages, s => Assert.Equal("cuda", s.SlotClass));
        Assert.Empty(stages.Select(s => s.ComputeKey()).Intersect(cpu.Trajectories.SelectMany(t => t.Stages).Select(s => s.ComputeKey())));
        Assert.DoesNotContain("deviceClass", System.Text.Json.JsonSerializer.Serialize(cpu.Trajectories, CoreJson.Canonical), StringComparison.Ordinal);
    }

    [Fact]
    public void A_plan_carries_the_keys_of_all_stages_that_are_parents_and_is_refused_where_they_are_not_theirs()
    {
        var plan = Plan(Settings);
        var trajectory = plan.Trajectories.First(t => t.Stages.Count > 2);
        var other = StageKey.Of("other"u8);
        StageDescription[] stages = [trajectory.Stages[0], trajectory.Stages[1] with { Parent = other }, .. trajectory.Stages.Skip(2)];
        var wrong = trajectory with { Stages = stages };

        Assert.Equal([other, .. trajectory.Keys.Skip(1)], wrong.Keys); // none but the last one's is computed anew

        string message = Assert.Throws<ArgumentException>(() => SearchPlanValidator.Require(plan with { Trajectories = [wrong] }, plan.Id)).Message;
        Assert.Contains($"must have no base and the parent {trajectory.Keys[0]}; its parent is {other}", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Trajectories_stand_in_the_order_of_the_schedules_after_the_dense_one()
    {
        var plan = Plan(Settings);

        Assert.Equal(
            ["dense", "one-shot-20", "one-shot-40", "one-shot-total-20", "one-shot-total-40", "iterative-20", "iterative-40", "dense-control"],
            plan.Trajectories.Select(t => t.Name));
        Assert.Equal([1, 2, 2, 2, 2, 3, 5, 5], plan.Trajectories.Select(t => t.Stages.Count));
        Assert.Equal("name: test", plan.Source);
    }

    [Fact]
    public void Every_input_size_of_a_variant_has_its_trajectories_and_its_own_control()
    {
        VariantSettings Variant(string name, params int[] sizes) =>
            new() { Name = name, Prune = Settings.Prune, FineTune = Settings.FineTune, InputSizes = sizes };
        var plan = Plan(Settings with { Variants = [Variant("own"), Variant("sizes", 224, 300), Variant("one", 256)] });

        Assert.Equal(["own", "sizes-224", "sizes-300", "one"], plan.Trajectories.Select(t => t.Variant).OfType<string>().Distinct());
        var small = plan.Trajectories.Single(t => t.Name == "sizes-224-iterative-40").Stages;
        Assert.Equal([null, 224, null, null, null], small.Select(s => s.InputSize));
        Assert.Equal(Keys(plan, "sizes-224-iterative-20"), Keys(plan, "sizes-224-iterative-40").Take(3));
        Assert.Equal(224, plan.Trajectories.Single(t => t.Name == "sizes-224-dense-control").Stages[1].InputSize);
        Assert.Equal(256, plan.Trajectories.Single(t => t.Name == "one-one-shot-20").Stages[1].InputSize);
        Assert.Equal(Keys(plan, "own-iterative-40"), Keys(plan, "sizes-300-iterative-40")); // the base's own size is no other
        Assert.Equal(Keys(Plan(Settings), "iterative-40"), Keys(plan, "own-iterative-40"));
        // 1 base, and for each of three sizes what there is without variants.
        Assert.Equal(1 + 3 * 12, plan.Trajectories.SelectMany(t => t.Stages).Select(s => s.ComputeKey()).Distinct().Count());
        SearchPlanValidator.Require(plan, plan.Id);
    }

    [Fact]
    public void The_size_of_pretrained_weights_is_that_of_the_base()
    {
        var at = Base with { WeightsDetector = Base.Detector with { InputSize = 224 } };
        var settings = Settings with { Variants = [new() { Name = "v", Prune = Settings.Prune, FineTune = Settings.FineTune, InputSizes = [224, 300] }] };
        var plan = Planner.Plan(settings, at, Data, "test-0001", DateTimeOffset.UnixEpoch);
        Assert.Equal([null, 300], plan.Trajectories.Where(t => t.Arm == "one-shot" && t.Ratio == 0.2).Select(t => t.Stages[1].InputSize));
    }

    [Fact]
    public void Common_prefixes_are_the_same_stages()
    {
        var plan = Plan(Settings);

        Assert.Equal(Keys(plan, "iterative-20"), Keys(plan, "iterative-40").Take(3));
        // 1 base, 2 one-shot, 2 one-shot-total, 4 iterative, 4 dense control.
        Assert.Equal(13, plan.Trajectories.SelectMany(t => t.Stages).Select(s => s.ComputeKey()).Distinct().Count());
    }

    [Theory]
    [InlineData(PruneTarget.Channels)]
    [InlineData(PruneTarget.Latency)]
    public void One_shots_with_different_budgets_prune_once(PruneTarget target)
    {
        var settings = Settings with { Prune = Settings.Prune with { Target = target } };
        StageDescription Stage(SearchSettings s, string trajectory) => Plan(s).Trajectories.Single(t => t.Name == trajectory).Stages[1];
        var stage = Stage(settings, "one-shot-40");
        string key = stage.ComputePruningKey();

        Assert.NotEqual(stage.ComputeKey(), Stage(settings, "one-shot-total-40").ComputeKey());
        Assert.Equal(key, Stage(settings, "one-shot-total-40").ComputePruningKey());
        Assert.NotEqual(key, Stage(settings, "one-shot-20").ComputePruningKey());
        Assert.NotEqual(key, Stage(settings with { Seeds = [8] }, "one-shot-40").ComputePruningKey());
        // Only a latency depends on how it is measured.
        Assert.Equal(target != PruneTarget.Latency, key == (stage with { Measure = stage.Measure with { Threads = 1 } }).ComputePruningKey());
    }

    [Fact]
    public void A_one_shot_as_small_as_one_iteration_is_that_iteration()
    {
        var plan = Plan(Settings with { Trajectories = Settings.Trajectories with { Levels = [0.1, 0.3] } });

        Assert.Equal(Keys(plan, "one-shot-10"), Keys(plan, "iterative-10"));
        Assert.Equal(Keys(plan, "one-shot-10"), Keys(plan, "iterative-30").Take(2));
    }

    [Fact]
    public void Every_stage_names_the_one_before_it()
    {
        foreach (var trajectory in Plan(Settings).Trajectories)
        {
            Assert.Null(trajectory.Stages[0].Parent);
            Assert.NotNull(trajectory.Stages[0].Base);
            foreach (var (parent, child) in trajectory.Stages.Zip(trajectory.Stages.Skip(1)))
            {
                Assert.Equal(parent.ComputeKey(), child.Parent);
                Assert.Null(child.Base);
            }
        }
    }

    [Fact]
    public void Speed_is_compared_with_the_base()
    {
        var plan = Plan(Settings);
        string key = Keys(plan, "dense")[0];

        Assert.Null(plan.Trajectories[0].Stages[0].Measure.Baseline);
        Assert.All(plan.Trajectories.SelectMany(t => t.Stages.Skip(1)), s => Assert.Equal(key, s.Measure.Baseline));
        Assert.All(plan.Trajectories.SelectMany(t => t.Stages), s => Assert.Equal(2, s.Measure.Threads));
    }

    [Fact]
    public void The_dense_control_trains_like_the_longest_iterative_trajectory_and_prunes_nothing()
    {
        var stages = Plan(Settings).Trajectories.Single(t => t.Name == "dense-control").Stages;

        Assert.All(stages, s => Assert.Null(s.Prune));
        Assert.Equal([300, 50, 50, 50, 50], stages.Select(s => s.FineTune!.Steps));
    }

    [Fact]
    public void A_same_total_one_shot_trains_as_long_as_the_iterative_trajectory_to_its_level()
    {
        var plan = Plan(Settings);

        int Steps(string name) => plan.Trajectories.Single(t => t.Name == name).Stages.Skip(1).Sum(s => s.FineTune!.Steps);
        Assert.Equal(100, Steps("iterative-20"));
        Assert.Equal(100, Steps("one-shot-total-20"));
        Assert.Equal(200, Steps("iterative-40"));
        Assert.Equal(200, Steps("one-shot-total-40"));
        Assert.Equal(50, Steps("one-shot-40"));
    }

    [Fact]
    public void Keys_are_the_same_for_the_same_settings_and_others_for_another_seed_or_other_data()
    {
        var first = Keys(Plan(Settings), "iterative-40");

        Assert.Equal(first, Keys(Plan(Settings with { Name = "other name", Objectives = [Objective.Map] }), "iterative-40"));
        Assert.Empty(first.Intersect(Keys(Plan(Settings with { Seeds = [8] }), "iterative-40")));
        var otherData = Planner.Plan(Settings, Base, Data with { Train = new string('c', 64) }, "x", DateTimeOffset.UnixEpoch);
        Assert.Empty(first.Intersect(Keys(otherData, "iterative-40")));
    }

    [Fact]
    public void Several_seeds_have_every_trajectory_each_and_share_nothing()
    {
        var plan = Plan(
            Settings with { Seeds = [1, 2], Trajectories = Trying(new ScheduleSettings.Iterative { Step = 0.1 }, new ScheduleSettings.DenseControl()) });

        Assert.Equal(
            ["dense-s1", "iterative-20-s1", "iterative-40-s1", "dense-control-s1", "dense-s2", "iterative-20-s2", "iterative-40-s2", "dense-control-s2"],
            plan.Trajectories.Select(t => t.Name));
        Assert.Equal([1, 1, 1, 1, 2, 2, 2, 2], plan.Trajectories.Select(t => t.Seed));
        Assert.All(plan.Trajectories, t => Assert.All(t.Stages, s => Assert.Equal(t.Seed, s.Seed)));
        Assert.Equal(["dense", "iterative", "iterative", "dense-control"], plan.Trajectories.Take(4).Select(t => t.Arm));
        Assert.Empty(Keys(plan, "iterative-40-s1").Intersect(Keys(plan, "iterative-40-s2")));
        Assert.Equal(Keys(Plan(Settings with { Seeds = [2] }), "iterative-40"), Keys(plan, "iterative-40-s2"));
    }

    [Fact]
    public void Variants_that_prune_otherwise_share_the_base_and_the_dense_control_of_each_seed()
    {
        VariantSettings[] variants =
        [
            new() { Name = "classical", Prune = Settings.Prune with { Criterion = Criterion.L2, Compensate = false }, FineTune = Settings.FineTune },
            new() { Name = "compensated", Prune = Settings.Prune, FineTune = Settings.FineTune },
        ];
        var trajectories = Trying(new ScheduleSettings.Iterative { Step = 0.1 }, new ScheduleSettings.DenseControl()) with { Levels = [0.2] };
        var plan = Plan(Settings with { Seeds = [1, 2], Variants = variants, Trajectories = trajectories });

        Assert.Equal(
            ["dense-s1", "classical-iterative-20-s1", "classical-dense-control-s1", "compensated-iterative-20-s1", "compensated-dense-control-s1"],
            plan.Trajectories.Take(5).Select(t => t.Name));
        Assert.Equal([null, "classical", "classical", "compensated", "compensated"], plan.Trajectories.Take(5).Select(t => t.Variant));
        Assert.Equal(2, plan.Trajectories.Select(t => t.Stages[0].ComputeKey()).Distinct().Count());
        Assert.Equal(Keys(plan, "classical-dense-control-s1"), Keys(plan, "compensated-dense-control-s1"));
        Assert.NotEqual(Keys(plan, "classical-dense-control-s1"), Keys(plan, "classical-dense-control-s2"));
        Assert.Single(Keys(plan, "classical-iterative-20-s1").Intersect(Keys(plan, "compensated-iterative-20-s1")));
        // What the search without variants would run is what the variant of the same settings runs.
        Assert.Equal(Keys(Plan(Settings with { Seeds = [1] }), "iterative-20"), Keys(plan, "compensated-iterative-20-s1"));
    }

    [Fact]
    public void Variants_whose_names_run_together_are_refused()
    {
        VariantSettings[] variants = [new() { Name = "a", Prune = Settings.Prune }, new() { Name = "a-b", Prune = Settings.Prune }];
        var trajectories = Trying(new ScheduleSettings.OneShot { Name = "b-c" }, new ScheduleSettings.OneShot { Name = "c" });

        Assert.Contains("a-b-c-20", Assert.Throws<ArgumentException>(
            () => Plan(Settings with { Variants = variants, Trajectories = trajectories })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Iterations_are_prepared_for_the_next_one_and_a_longer_trajectory_still_contains_a_shorter_one()
    {
        var regularisation = new RegularisationSettings { Kind = RegularisationKind.GroupLasso };
        var plan = Plan(Settings with { FineTune = new() { Steps = 50, Regularisation = regularisation } });

        IEnumerable<bool> Prepared(string name) =>
            plan.Trajectories.Single(t => t.Name == name).Stages.Skip(1).Select(s => s.FineTune!.Regularisation == regularisation);
        Assert.Equal(Keys(plan, "iterative-20"), Keys(plan, "iterative-40").Take(3));
        Assert.Equal([true, true, true, true], Prepared("iterative-40"));
        Assert.Equal([false], Prepared("one-shot-40"));
        Assert.DoesNotContain(true, Prepared("dense-control"));
    }

    [Fact]
    public void A_list_shares_its_beginning_with_every_level()
    {
        var plan = Plan(
            Settings with { Trajectories = Trying(new ScheduleSettings.Iterative { Name = "list", Ratios = [0.05, 0.2, 0.3] }) with { Levels = [0.3, 0.4] } });

        Assert.Equal(Keys(plan, "list-30"), Keys(plan, "list-40").Take(4));
        Assert.Equal([0.05, 0.2, 0.3, 0.4], plan.Trajectories.Single(t => t.Name == "list-40").Stages.Skip(1).Select(s => s.Prune!.Ratio));
    }

    [Fact]
    public void Two_trajectories_of_one_name_are_refused()
    {
        var settings = Settings with { Trajectories = Trying(new ScheduleSettings.OneShot(), new ScheduleSettings.OneShot()) };

        var e = Assert.Throws<ArgumentException>(() => Plan(settings));
        Assert.Contains("one-shot-20", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Same_total_needs_an_iterative_schedule()
    {
        Assert.Throws<ArgumentException>(
            () => Plan(Settings with { Trajectories = Trying(new ScheduleSettings.OneShot { Budget = OneShotBudget.SameTotal }) }));
    }

    [Theory]
    [InlineData(0.1, 0.2)]
    [InlineData(0.2, 0.1)]
    public void The_dense_control_is_as_long_as_the_longest_of_several_iterative_schedules(double first, double second)
    {
        var trajectories = Trying(
            new ScheduleSettings.Iterative { Name = "a", Step = first },
            new ScheduleSettings.Iterative { Name = "b", Step = second },
            new ScheduleSettings.DenseControl());

        Assert.Equal(5, Plan(Settings with { Trajectories = trajectories }).Trajectories[^1].Stages.Count);
        Assert.Equal(2, Plan(Settings with { Trajectories = Trying(new ScheduleSettings.DenseControl()) }).Trajectories[^1].Stages.Count);
    }

    [Fact]
    public void More_steps_than_can_be_counted_are_refused() =>
        Assert.Throws<OverflowException>(() => Plan(Settings with { FineTune = new() { Steps = int.MaxValue } }));

    [Fact]
    public void A_trajectory_without_stages_has_no_keys_and_no_seed()
    {
        var empty = Plan(Settings).Trajectories[0] with { Stages = [] };

        Assert.Empty(empty.Keys);
        Assert.Equal(0, empty.Seed);
    }
}
