using PruneSearch.Core.Searches;
using PruneSearch.Core.Settings;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Strategies;

namespace PruneSearch.Core.Tests.Searches;

/// <summary>From the space of a search file to what strategies see, and from what they propose back to settings.</summary>
public sealed class ConfiguredTrajectoryTests
{
    private static readonly PruneSettings Prune = new() { Ratio = 0.1, MinWidth = 2 };
    private static readonly FineTuneSettings FineTune = new() { Steps = 5, BatchSize = 3 };

    public static TheoryData<string> Keys =>
        [.. SettingsSection.Of<PruneSettings>().Common.Concat(SettingsSection.Of<FineTuneSettings>().Common).Select(s => s.Key)];

    [Theory]
    [MemberData(nameof(Keys))]
    public void Every_value_of_every_key_reaches_its_setting_and_no_other(string key)
    {
        var domain = SettingDomain.Of(Values(key));
        var space = Space((key, domain)).ToSpace();
        space.RequireValid();

        for (int i = 0; i < domain.Values.Count; i++)
        {
            var configured = ConfiguredTrajectory.Of(Prune, FineTune, space, new Configuration([0, i]));
            object before = SettingsSection.Of<PruneSettings>().Common.Any(s => s.Key == key) ? Prune with { Ratio = 0.5 } : FineTune;
            object after = before is PruneSettings ? configured.Prune : configured.FineTune!;
            object untouched = before is PruneSettings ? configured.FineTune! : configured.Prune;
            foreach (var setting in SettingsSectionOf(before))
            {
                Assert.Equal(
                    setting.Key == key ? domain.Values[i] : Text(setting.Get(before)),
                    Text(setting.Get(after)));
            }
            Assert.Equal(before is PruneSettings ? FineTune : Prune with { Ratio = 0.5 }, untouched);
        }
    }

    [Fact]
    public void A_range_gives_the_numbers_that_are_proposed()
    {
        var space = Space(
            ("steps", new SettingDomain { From = 30, To = 960, Scale = DomainScale.Log }),
            ("learning-rate", new SettingDomain { From = 1e-5, To = 1e-2, Scale = DomainScale.Log })).ToSpace();

        var configured = ConfiguredTrajectory.Of(Prune, FineTune, space, new Configuration([0, 120, 5e-5]));

        Assert.Equal((120, 5e-5, 3), (configured.FineTune!.Steps, configured.FineTune.LearningRate, configured.FineTune.BatchSize));
    }

    [Fact]
    public void Iterations_and_their_shape_count_for_the_iterative_schedule_alone()
    {
        var space = Space(
            ("schedule", SettingDomain.Of([ScheduleKind.OneShot, ScheduleKind.Iterative])),
            ("iterations", new SettingDomain { From = 1, To = 6 }),
            ("shape", SettingDomain.Of([ScheduleShape.Linear, ScheduleShape.Cubic]))).ToSpace();
        space.RequireValid();
        Assert.Equal(["schedule", "level", "iterations", "shape"], space.Hyperparameters.Select(h => h.Name));

        var once = ConfiguredTrajectory.Of(Prune, null, space, space.At([0, 0, 0.9, 0.9]));
        var often = ConfiguredTrajectory.Of(Prune, null, space, new Configuration([1, 0, 2, 1]));

        Assert.Equal((ScheduleKind.OneShot, 0.5), (once.Schedule, Assert.Single(once.Ratios)));
        Assert.Equal(ScheduleKind.Iterative, often.Schedule);
        Assert.Equal([0.4375, 0.5], often.Ratios);
        Assert.Equal((0.5, 0.5), (once.Prune.Ratio, often.Prune.Ratio));
        Assert.Null(often.FineTune);
    }

    [Fact]
    public void Rounds_count_where_something_is_compensated()
    {
        var space = Space(("compensate", SettingDomain.Of([true, false])), ("rounds", SettingDomain.Of([1, 3]))).ToSpace();
        space.RequireValid();
        PruneSettings With(double compensate)
        {
            var at = space.Hyperparameters.Select(h => h.Name == "compensate" ? compensate : .9); // the second of two, whatever else
            return ConfiguredTrajectory.Of(Prune, null, space, space.At([.. at])).Prune;
        }

        Assert.Equal((true, 3), (With(.1).Compensate, With(.1).Rounds));
        Assert.Equal((false, null), (With(.9).Compensate, With(.9).Rounds));
    }

    [Fact]
    public void Iterations_without_a_schedule_mean_the_iterative_one()
    {
        var space = Space(("iterations", SettingDomain.Of([2, 4]))).ToSpace();

        Assert.Equal([0.25, 0.5], ConfiguredTrajectory.Of(Prune, null, space, new Configuration([0, 0])).Ratios);
        Assert.Equal(ScheduleKind.Iterative, ConfiguredTrajectory.Of(Prune, null, space, new Configuration([0, 0])).Schedule);
        Assert.Equal(ScheduleKind.OneShot, ConfiguredTrajectory.Of(Prune, null, Space().ToSpace(), new Configuration([0])).Schedule);
    }

    [Fact]
    public void Regularisation_concerns_the_groups_that_are_pruned_and_may_be_none()
    {
        var kind = new RegularisationSettings { Kind = RegularisationKind.BnScale, Strength = 0.3 };
        var space = Space(("groups", SettingDomain.Of([new[] { "all" }])), ("regularisation", SettingDomain.Of(["none", kind]))).ToSpace();

        Assert.Null(ConfiguredTrajectory.Of(Prune, FineTune, space, new Configuration([0, 0, 0])).FineTune!.Regularisation);
        var pulled = ConfiguredTrajectory.Of(Prune, FineTune, space, new Configuration([0, 0, 1])).FineTune!.Regularisation!;
        Assert.Equal((kind.Kind, kind.Strength), (pulled.Kind, pulled.Strength));
        Assert.Equal(["all"], pulled.Groups);
    }

    [Fact]
    public void What_a_space_cannot_have_is_told()
    {
        SearchSpace Made(string name, string value) => new() { Hyperparameters = [new ChoiceHyperparameter { Name = name, Values = [value] }] };

        Assert.Contains("'stops' is no setting", Message(Made("stops", "3")), StringComparison.Ordinal);
        Assert.Contains("steps: '0' is not what the setting takes, expected a whole number from 1", Message(Made("steps", "0")), StringComparison.Ordinal);
        Assert.Contains("the space has no level", Message(Made("steps", "3")), StringComparison.Ordinal);

        static string Message(SearchSpace space) =>
            Assert.Throws<ArgumentException>(() => ConfiguredTrajectory.Of(Prune, FineTune, space, new Configuration([0]))).Message;
    }

    [Fact]
    public void The_tightest_ways_to_prune_are_those_that_remove_least()
    {
        var space = Space(
            ("target", SettingDomain.Of([PruneTarget.Channels, PruneTarget.Macs])),
            ("max-group-ratio", new SettingDomain { From = 0.3, To = 0.8 }),
            ("min-width", SettingDomain.Of([4, 16])),
            ("criterion", SettingDomain.Of([Criterion.L1, Criterion.L2])));

        var tightest = space.Tightest(Prune);

        Assert.Equal([PruneTarget.Channels, PruneTarget.Macs], tightest.Select(p => p.Target));
        Assert.All(tightest, p => Assert.Equal((0.3, 16, Criterion.Obs), (p.MaxGroupRatio, p.MinWidth, p.Criterion)));
    }

    private static SpaceSettings Space(params (string Key, SettingDomain Domain)[] dimensions)
    {
        var all = dimensions.Append((Key: "level", Domain: SettingDomain.Of([0.5]))).ToDictionary(d => d.Key, d => d.Domain);
        return SpaceSettings.Section.Common.Where(s => all.ContainsKey(s.Key)).Aggregate(new SpaceSettings(), (space, s) => s.With(space, all[s.Key]));
    }

    private static IReadOnlyList<Setting> SettingsSectionOf(object record) =>
        record is PruneSettings ? SettingsSection.Of<PruneSettings>().Common : SettingsSection.Of<FineTuneSettings>().Common;

    private static string Text(object? value) => value is null ? "" : SettingText.Of(value);

    private static object[] Values(string key) => ((SettingType.Domain)SpaceSettings.Section.Common.First(s => s.Key == key).Type).Item switch
    {
        SettingType.Choice c => [.. c.Values.Select(v => v.Value)],
        SettingType.Flag => [false, true],
        SettingType.WholeNumber n => [n.Min, n.Min + 7],
        SettingType.Number { Max: > 1 } => [0.25, 0.5],
        SettingType.Number => [0.125, 0.375],
        SettingType.Several => [new[] { "hidden" }, new[] { "stem", "head" }],
        _ => [new RegularisationSettings { Kind = RegularisationKind.BnScale, Strength = 0.3, Groups = Prune.Groups }],
    };
}
