using PruneSearch.Client.SearchFiles;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Settings;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Strategies;

namespace PruneSearch.Client.Tests.SearchFiles;

/// <summary>The block <c>search</c> of a search file.</summary>
public sealed class StrategyRulesTests
{
    private const string Valid = """
        name: grown
        data: {format: shapes, train: 32, validation: 8, size: 96}
        detector: {input-size: 96, fine-tune: {steps: 10}}
        fine-tune: {batch-size: 4}
        search:
          strategy: adaptive
          budget: {hours: 2}
          goal: {map50: {within: 0.01}, speed-up: most}
          space:
            level: {from: 0.2, to: 0.85}
            schedule: [one-shot, iterative]
            iterations: {from: 1, to: 6}
            shape: [linear, geometric, cubic]
            steps: {from: 30, to: 960, scale: log}
            learning-rate: {from: 0.00005, to: 0.002, scale: log}
            criterion: [obs, l1-readers, taylor]
            distillation: [0, 0.5, 1]

        """;

    private static SearchSettings Parse(string text) => SearchFileReader.Parse(text, "search.yaml").Settings;

    private static string Error(string old, string replacement)
    {
        Assert.Contains(old, Valid, StringComparison.Ordinal);
        return Assert.Throws<SearchFileException>(() => Parse(Valid.Replace(old, replacement, StringComparison.Ordinal))).Errors[0];
    }

    [Fact]
    public void A_search_that_grows_is_read_with_its_space()
    {
        var file = Parse(Valid);
        var strategy = file.Strategy!;
        var space = strategy.Space.ToSpace();

        Assert.Empty(file.Trajectories.Schedules);
        Assert.Equal((StrategyKind.Adaptive, 2.0, false, (int?)null), (strategy.Kind, strategy.Budget.Hours!.Value, strategy.Reproducible, strategy.Seed));
        Assert.Equal((0.01, true), (strategy.Goal!.Map50!.Within!.Value, strategy.Goal.SpeedUp!.Best));
        Assert.Equal(0.85, file.HighestLevel);
        Assert.Equal(960, file.FineTune!.Steps);
        Assert.Equal(4, file.FineTune.BatchSize);
        space.RequireValid();
        Assert.Equal(
            ["schedule", "level", "iterations", "shape", "criterion", "steps", "learning-rate", "distillation"], space.Hyperparameters.Select(h => h.Name));
        Assert.Equal(new WholeHyperparameter { Name = "steps", From = 30, To = 960, Log = true }, space.Hyperparameters[5]);
        Assert.Equal(new RealHyperparameter { Name = "level", From = 0.2, To = 0.85 }, space.Hyperparameters[1]);
        Assert.Equal(new ChoiceHyperparameter { Name = "distillation", Values = ["0", "0.5", "1"], Ordered = true }, space.Hyperparameters[7]);
        Assert.Equal("schedule", space.Hyperparameters[2].When!.Name);
        Assert.Equal(["iterative"], space.Hyperparameters[3].When!.Values);
        Assert.Null(space.Hyperparameters[1].When);
    }

    [Fact]
    public void Every_key_of_pruning_and_fine_tuning_may_stand_in_a_space()
    {
        string keys = string.Join("\n", SettingsSection.Of<PruneSettings>().Common.Concat(SettingsSection.Of<FineTuneSettings>().Common)
            .Where(s => s.Key is not ("criterion" or "steps" or "learning-rate" or "distillation"))
            .Select(s => $"    {s.Key}: [{ValueOf(s)}]"));
        var space = Parse(Valid + keys + "\n").Strategy!.Space;

        Assert.Equal(4 + SettingsSection.Of<PruneSettings>().Common.Count + SettingsSection.Of<FineTuneSettings>().Common.Count, space.Dimensions.Count);
        space.ToSpace().RequireValid();

        static string ValueOf(Setting setting) => setting.Type switch
        {
            SettingType.Several => "[hidden, neck], [hidden]",
            SettingType.Mapping => "{kind: bn-scale, strength: 0.3}, none",
            SettingType.Choice c => string.Join(", ", c.Words),
            SettingType.Flag => "true, false",
            SettingType.WholeNumber n => $"{n.Min}, {n.Min + 8}",
            SettingType.Number { Max: > 0.9 } => "0.9",
            _ => "0.5",
        };
    }

    [Theory]
    [InlineData("{hours: 2}", "{}", "search.yaml:7:11: search.budget is empty, expected at least one of hours, trajectories and steps")]
    [InlineData("{hours: 2}", "{hours: 0}", "search.yaml:7:19: search.budget.hours is '0', expected a number above 0")]
    [InlineData("{hours: 2}", "{steps: 0}", "search.yaml:7:19: search.budget.steps is '0', expected a whole number of at least 1")]
    [InlineData("{hours: 2}", "{trajectories: 0}", "search.yaml:7:26: search.budget.trajectories is '0', expected a whole number from 1 to 10000")]
    [InlineData("  budget: {hours: 2}\n", "", "search.yaml:6:3: search lacks 'budget', expected a mapping with hours, trajectories, steps")]
    [InlineData("speed-up: most", "speed: most", "search.yaml:8:33: unknown key 'speed' in search.goal, expected one of map50, map, speed-up, ")]
    [InlineData("speed-up: most", "macs: least", "search.yaml:8:39: search.goal.macs is about 'macs', which is not measured, expected one of the objectives: " +
        "map50, latency")]
    [InlineData("speed-up: most", "speed-up: least", "search.yaml:8:43: search.goal.speed-up is 'least', expected 'most' or a mapping with at-least")]
    [InlineData("speed-up: most", "speed-up: {}", "search.yaml:8:43: search.goal.speed-up has 0 bounds, expected exactly one")]
    [InlineData("{within: 0.01}", "{within: 0.01, at-least: 0.5}", "search.yaml:8:17: search.goal.map50 has 2 bounds, expected exactly one")]
    [InlineData("{within: 0.01}", "most", "search.yaml:8:33: search.goal asks for the best map50 and the best speed-up, expected one of them")]
    [InlineData("{map50: {within: 0.01}, speed-up: most}", "{}", "search.yaml:8:9: search.goal is empty")]
    [InlineData("[obs, l1-readers, taylor]", "[]", "search.yaml:16:16: search.space.criterion has 0 values, expected a list of one or more")]
    [InlineData("[obs, l1-readers, taylor]", "[obs, tailor]", "search.yaml:16:22: search.space.criterion[1] is 'tailor', expected one of ")]
    [InlineData("[obs, l1-readers, taylor]", "[obs, obs]", "search.yaml:16:22: search.space.criterion has 'obs' twice, expected different values")]
    [InlineData("[obs, l1-readers, taylor]", "obs", "search.yaml:16:16: search.space.criterion is 'obs', expected a list of one or more, each one of ")]
    [InlineData("    distillation:", "    groups: [[hidden], [hidden, blocks]]\n    distillation:",
        "search.yaml:16:16: search.space.criterion: groups has 'blocks', which are weighed by the error in the detections after compensation, but ")]
    [InlineData("criterion: [obs, l1-readers, taylor]", "input-size: {from: 64, to: 96}",
        "search.yaml:16:17: search.space.input-size is a mapping, expected a list of one or more, each a whole number from 32 to 4096")]
    [InlineData("[obs, l1-readers, taylor]", "{from: 0, to: 1}", "search.yaml:16:16: search.space.criterion is a mapping, expected a list of one or more")]
    [InlineData("criterion: [", "criterium: [", "search.yaml:16:5: unknown key 'criterium' in search.space, expected one of ")]
    [InlineData("{from: 30, to: 960, scale: log}", "{from: 960, to: 30}",
        "search.yaml:14:19: search.space.steps.from is 960 and to is 30, expected the smaller")]
    [InlineData("{from: 30, to: 960, scale: log}", "{from: 30, to: 30}", "search.yaml:14:19: search.space.steps.from is 30 and to is 30, expected the smaller")]
    [InlineData("{from: 30, to: 960, scale: log}", "{from: 30}", "search.yaml:14:12: search.space.steps lacks 'to', expected a whole number from 1")]
    [InlineData("{from: 30, to: 960, scale: log}", "{from: 0, to: 960}", "search.yaml:14:19: search.space.steps.from is '0', expected a whole number from 1")]
    [InlineData("{from: 30, to: 960, scale: log}", "30",
        "search.yaml:14:12: search.space.steps is '30', expected a mapping with from, to and scale, or a list")]
    [InlineData("{from: 0.00005, to: 0.002, scale: log}", "[0]", "search.yaml:15:21: search.space.learning-rate[0] is '0', expected a number above 0")]
    [InlineData("[0, 0.5, 1]", "{from: 0, to: 1, scale: log}",
        "search.yaml:17:26: search.space.distillation.from is 0, expected a number above 0 with scale: log")]
    [InlineData("{from: 0.2, to: 0.85}", "[0.5, 1.0]", "search.yaml:10:18: search.space.level[1] is '1.0', expected a number above 0 and below 1")]
    [InlineData("    level: {from: 0.2, to: 0.85}\n", "",
        "search.yaml:10:5: search.space lacks 'level', expected a mapping with from, to and scale, or a list")]
    [InlineData("{from: 0.2, to: 0.85}", "{from: 0.2, to: 0.95}",
        "search.yaml:10:12: level 0.95 cannot be reached, expected at most pruning.max-group-ratio, which")]
    [InlineData("[one-shot, iterative]", "[one-shot]",
        "search.yaml:12:17: search.space.iterations never counts, expected schedule with a value that it counts")]
    [InlineData("    iterations: {from: 1, to: 6}\n", "", "search.yaml:11:15: search.space.schedule has 'iterative', expected the key iterations with it")]
    [InlineData("strategy: adaptive", "strategy: grid", "search.yaml:10:12: search.space.level is a range, of which strategy 'grid' cannot try everything")]
    [InlineData("strategy: adaptive", "strategy: adaptif", "search.yaml:6:13: search.strategy is 'adaptif', expected one of adaptive, grid, random")]
    [InlineData("name: grown\n", "name: grown\nseeds: [1, 2]\n", "search.yaml:2:8: the search file has both seeds and search, expected seed")]
    [InlineData("name: grown\n", "name: grown\nvariants: [{name: a}]\n", "search.yaml:2:11: the search file has both variants and search")]
    [InlineData("name: grown\n", "name: grown\npruning: {groups: [hiden]}\n", "search.yaml:2:19: pruning.groups has 'hiden'")]
    [InlineData("    distillation:", "    groups: [[hidden], [hiden]]\n    distillation:",
        "search.yaml:17:13: search.space.groups has 'hiden', expected all, ")]
    [InlineData("    distillation:", "    max-group-ratio: [0.5, 0.9]\n    distillation:",
        "search.yaml:10:12: level 0.85 cannot be reached, expected at most " +
        "search.space.max-group-ratio, which is 0.5")]
    public void What_is_wrong_is_refused_with_its_place_and_what_was_expected(string old, string replacement, string start) =>
        Assert.StartsWith(start, Error(old, replacement), StringComparison.Ordinal);

    [Fact]
    public void Input_sizes_may_be_chosen_that_the_family_takes()
    {
        string With(string sizes) => Valid.Replace("    distillation:", $"    input-size: [{sizes}]\n    distillation:", StringComparison.Ordinal)
            .Replace("{input-size: 96", "{architecture: yolox, input-size: 96", StringComparison.Ordinal);

        var space = Parse(With("128, 64")).Strategy!.Space;
        Assert.Equal([128, 64], space.InputSizes);
        Assert.Contains(new ChoiceHyperparameter { Name = "input-size", Values = ["64", "128"], Ordered = true }, space.ToSpace().Hyperparameters);
        Assert.Equal(
            "search.yaml:17:17: search.space.input-size: Input size 100 is no multiple of the stride 32; the nearest are 96 and 128.",
            Assert.Single(Assert.Throws<SearchFileException>(() => Parse(With("64, 100"))).Errors));
    }

    [Fact]
    public void A_space_without_a_value_lacks_a_level()
    {
        string text = Valid[..Valid.IndexOf("  space:", StringComparison.Ordinal)] + "  space: {}\n";

        Assert.Contains("search.space lacks 'level'", Assert.Throws<SearchFileException>(() => Parse(text)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Exactly_one_of_trajectories_and_search_says_what_is_tried()
    {
        string none = Valid[..Valid.IndexOf("search:", StringComparison.Ordinal)].Replace("batch-size: 4", "steps: 4", StringComparison.Ordinal);
        const string Written = "trajectories: {levels: [0.2], schedules: [{kind: one-shot}]}\n";

        Assert.Equal([0.2], Parse(none + Written).Trajectories.Levels);
        Assert.Contains("has neither trajectories nor search, expected one of them", ErrorOf(none), StringComparison.Ordinal);
        Assert.Contains("has both trajectories and search, expected one of them", ErrorOf(Valid + Written), StringComparison.Ordinal);

        static string ErrorOf(string text) => Assert.Single(Assert.Throws<SearchFileException>(() => Parse(text)).Errors);
    }

    [Fact]
    public void How_long_is_trained_stands_in_the_settings_or_in_the_space()
    {
        const string Steps = "    steps: {from: 30, to: 960, scale: log}\n";
        string without = Valid.Replace(Steps, "", StringComparison.Ordinal);

        Assert.Equal(7, Parse(without.Replace("batch-size: 4", "steps: 7", StringComparison.Ordinal)).FineTune!.Steps);
        Assert.Equal(960, Parse(Valid.Replace("fine-tune: {batch-size: 4}\n", "", StringComparison.Ordinal)).FineTune!.Steps);
        Assert.StartsWith("search.yaml:4:12: fine-tune lacks 'steps', expected a whole number", Error(Steps, ""), StringComparison.Ordinal);
        Assert.Contains(
            "search.space.learning-rate is about fine-tuning, but nothing is trained, expected the key steps with it",
            Assert.Throws<SearchFileException>(() => Parse(without.Replace("fine-tune: {batch-size: 4}\n", "", StringComparison.Ordinal))).Message,
            StringComparison.Ordinal);
    }
}
