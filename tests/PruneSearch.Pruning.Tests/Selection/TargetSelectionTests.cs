using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Ssd;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Stages;
using PruneSearch.Pruning.Selection;
using PruneSearch.Pruning.Shrinking;

namespace PruneSearch.Tests.Pruning.Selection;

/// <summary>Targets other than a share of the channels.</summary>
public sealed class TargetSelectionTests
{
    private static readonly DetectorModel Dense = DetectorCatalog.Build(new DetectorSpec
    {
        Architecture = SsdFamily.Architecture,
        Classes = ["a", "b"],
        InputSize = 64,
        Options = new SsdOptions { WidthMultiplier = 0.35 },
    });

    private static readonly PruneSettings Settings = new() { Ratio = 0.3, Groups = ["hidden", "neck"], RoundTo = 1 };

    [Theory]
    [InlineData(PruneTarget.Macs, ChannelRanking.Global, 1)]
    [InlineData(PruneTarget.Macs, ChannelRanking.Local, 1)]
    [InlineData(PruneTarget.Macs, ChannelRanking.Isomorphic, 8)]
    [InlineData(PruneTarget.Parameters, ChannelRanking.Global, 8)]
    [InlineData(PruneTarget.Parameters, ChannelRanking.Local, 1)]
    public void As_much_goes_as_asked_and_no_more(PruneTarget target, ChannelRanking ranking, int roundTo)
    {
        var plan = Select(Dense, Settings with { Target = target, Ranking = ranking, RoundTo = roundTo });
        double gone = Gone(Dense, plan, target);
        Assert.InRange(gone, roundTo == 1 && ranking != ChannelRanking.Local ? 0.297 : 0.26, 0.3);
        Assert.True(plan.Removed > 0);
    }

    [Theory]
    [InlineData(PruneTarget.Channels)]
    [InlineData(PruneTarget.Macs)]
    [InlineData(PruneTarget.Parameters)]
    public void Shares_count_from_the_detector_that_pruning_was_given(PruneTarget target)
    {
        // Half of every hidden group is gone already; of what is left, 30 % go, and then 40 %, both counted from there.
        var halves = Dense.Network.Groups.ToDictionary(g => g.Name, g => g.Kind == ChannelGroupKind.Hidden ? Math.Max(8, g.DenseWidth / 2) : g.DenseWidth);
        var given = DetectorCatalog.Build(Dense.Spec with { Widths = new(halves, StringComparer.Ordinal) });
        Assert.True(Select(given, Settings with { Target = PruneTarget.Channels, Ratio = 0.2 }).RemovesNothing); // of the unpruned one, more is gone
        var original = given.RelativeTo(given.Spec);

        var once = original.With(Shrinker.NewWidths(original.Network, Select(original, Settings with { Target = target })));
        var twice = once.With(Shrinker.NewWidths(once.Network, Select(once, Settings with { Target = target, Ratio = 0.4 })));

        Assert.InRange(Share(once), 0.28, 0.3);
        Assert.InRange(Share(twice), 0.38, 0.4);

        double Share(DetectorModel model) => 1 - (double)Count(model) / Count(given);
        long Count(DetectorModel model) => target switch
        {
            PruneTarget.Macs => model.Network.Macs,
            PruneTarget.Parameters => model.Network.Parameters,
            _ => model.Network.Groups.Where(g => g.Kind is ChannelGroupKind.Hidden or ChannelGroupKind.Neck).Sum(g => g.Width),
        };
    }

    [Fact]
    public void Latency_is_measured_once_for_each_structure_and_few_times()
    {
        var asked = new List<string>();
        double Measure(DetectorSpec spec)
        {
            asked.Add(string.Join(',', spec.Widths.Values));
            return 0.25 + 0.75 * DetectorCatalog.Build(spec).Network.Macs / Dense.Network.Macs;
        }
        var plan = Select(Dense, Settings with { Target = PruneTarget.Latency, RoundTo = 8 }, Measure);
        Assert.InRange(0.75 * Gone(Dense, plan, PruneTarget.Macs), 0.27, 0.3);
        Assert.InRange(asked.Count, 3, 9);
        Assert.Equal(asked.Count, asked.Distinct().Count());
    }

    [Fact]
    public void What_is_gone_already_counts_and_pruning_on_reaches_the_same_share()
    {
        var first = Select(Dense, Settings with { Target = PruneTarget.Macs, Ratio = 0.2 });
        var pruned = DetectorCatalog.Build(Dense.Spec with { Widths = Shrinker.NewWidths(Dense.Network, first) });

        Assert.True(Select(pruned, Settings with { Target = PruneTarget.Macs, Ratio = 0.15 }).RemovesNothing);
        var second = Select(pruned, Settings with { Target = PruneTarget.Macs, Ratio = 0.4 });
        Assert.InRange(Gone(pruned, second, PruneTarget.Macs), 0.395, 0.4);
    }

    [Fact]
    public void Equal_input_gives_equal_plans()
    {
        var settings = Settings with { Target = PruneTarget.Macs, RoundTo = 8 };
        Assert.Equal(Select(Dense, settings).Kept.SelectMany(k => k.Value), Select(Dense, settings).Kept.SelectMany(k => k.Value));
    }

    [Theory]
    [InlineData(PruneTarget.Macs, 0.9, 0.5, "of the macs cannot be reached: with at most 0.5 of each group, the reachable maximum is 0.")]
    [InlineData(PruneTarget.Parameters, 0.95, 0.5, "of the parameters cannot be reached")]
    [InlineData(PruneTarget.Latency, 0.3, 0.9, "needs something that measures")]
    [InlineData(PruneTarget.Macs, 1.0, 0.9, "ratio 1 is not from 0 to below 1")]
    public void Mistakes_are_named(PruneTarget target, double ratio, double cap, string message)
    {
        var error = Assert.Throws<ArgumentException>(() => Select(Dense, Settings with { Target = target, Ratio = ratio, MaxGroupRatio = cap }));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_reachable_maximum_can_be_reached()
    {
        var settings = Settings with { Target = PruneTarget.Macs, Ratio = 0.95, MaxGroupRatio = 0.5 };
        string message = Assert.Throws<ArgumentException>(() => Select(Dense, settings)).Message;
        double reachable = double.Parse(message[(message.LastIndexOf(' ') + 1)..^1], System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(Gone(Dense, Select(Dense, settings with { Ratio = reachable }), PruneTarget.Macs), reachable - 0.01, reachable);
    }

    [Theory]
    [InlineData(PruneTarget.Macs)]
    [InlineData(PruneTarget.Parameters)]
    public void One_channel_more_would_be_too_many_and_an_exact_share_is_met_exactly(PruneTarget target)
    {
        var settings = Settings with { Target = target };
        var plan = Select(Dense, settings);
        double channels = Dense.Network.Groups.Where(g => g.Kind is ChannelGroupKind.Hidden or ChannelGroupKind.Neck).Sum(g => g.DenseWidth);
        PruningPlan Channels(int removed) => Select(Dense, Settings with { Target = PruneTarget.Channels, Ratio = removed / channels });

        Assert.True(Gone(Dense, Channels(plan.Removed + 1), target) > settings.Ratio);
        Assert.Equal(plan.Removed, Select(Dense, settings with { Ratio = Gone(Dense, plan, target) }).Removed);
    }

    [Fact]
    public void All_that_may_go_goes_where_that_is_exactly_what_is_asked()
    {
        var settings = Settings with { MaxGroupRatio = 0.5 };
        int reachable = ChannelSelection.Range(Dense.Network, settings).Reachable;
        double dense = ChannelSelection.Range(Dense.Network, settings).Dense;
        double share = Gone(Dense, Select(Dense, settings with { Ratio = reachable / dense }), PruneTarget.Macs);

        Assert.Equal(reachable, Select(Dense, settings with { Target = PruneTarget.Macs, Ratio = share }).Removed);
    }

    [Fact]
    public void A_latency_is_not_looked_for_closer_than_it_can_be_measured()
    {
        int measured = 0;
        Select(Dense, Settings with { Target = PruneTarget.Latency }, spec =>
        {
            measured++;
            return (double)DetectorCatalog.Build(spec).Network.Macs / Dense.Network.Macs;
        });

        Assert.InRange(measured, 5, 9); // to a 200th of the channels; to a single one it would take more than ten
    }

    private static PruningPlan Select(DetectorModel model, PruneSettings settings, Func<DetectorSpec, double>? latency = null)
    {
        var random = new Random(3);
        var scores = model.Network.Groups.ToDictionary(g => g.Name, g => Enumerable.Range(0, g.Width).Select(_ => random.NextDouble()).ToArray());
        return TargetSelection.Select(model, scores, settings, latency is null ? null : new(latency));
    }

    private static double Gone(DetectorModel model, PruningPlan plan, PruneTarget target)
    {
        var after = DetectorCatalog.Build(model.Spec with { Widths = Shrinker.NewWidths(model.Network, plan) }).Network;
        return 1 - (target == PruneTarget.Macs ? (double)after.Macs / Dense.Network.Macs : (double)after.Parameters / Dense.Network.Parameters);
    }
}
