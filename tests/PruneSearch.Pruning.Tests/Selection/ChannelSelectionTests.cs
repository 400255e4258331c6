using PruneSearch.Core.Networks;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Pruning.Selection;
using PruneSearch.Tests.Pruning.Laws;

namespace PruneSearch.Tests.Pruning.Selection;

public sealed class ChannelSelectionTests
{
    private static readonly PruneSettings Half = new() { Ratio = 0.5, Groups = ["all"], RoundTo = 1, MaxGroupRatio = 0.9 };

    [Fact]
    public void Global_ranking_takes_the_lowest_scores_of_all_groups()
    {
        var plan = ChannelSelection.Select(Two(4, 4), Scores([1, 2, 3, 4], [5, 0, 6, 7]), Half with { Ratio = 0.375 });
        Assert.Equal([2, 3], plan.Kept["A"]);
        Assert.Equal([0, 2, 3], plan.Kept["B"]);
        Assert.Equal(3, plan.Removed);
    }

    private static readonly PruneSettings WithBlocks = Half with { Groups = ["all", "blocks"], Protect = [] };

    // Block 1 has hidden channels 24, block 2 has 16; A is their chain.
    private static readonly Network Blocks = Vocabulary.Create("inverted-residual");

    [Theory]
    [InlineData(0.5, 2.5, 0, 16, 8)]  // the first block spends all that may go
    [InlineData(2.5, 0.5, 16, 0, 8)]  // the other one leaves 8, too few for the first block: the next channels go
    [InlineData(9, 9, 3, 13, 8)]      // both cost more than their channels
    public void Blocks_and_channels_compete_by_what_a_channel_costs(double first, double second, int left1, int left2, int chain)
    {
        var scores = new Dictionary<string, double[]>
        {
            ["block1.hidden"] = [.. Enumerable.Repeat(3.0, 24)],
            ["block2.hidden"] = [.. Enumerable.Repeat(3.0, 16)],
            ["A"] = [.. Enumerable.Repeat(4.0, 8)],
        };
        var plan = ChannelSelection.Select(
            Blocks, scores, WithBlocks, new Dictionary<string, double> { ["block1.block"] = first, ["block2.block"] = second });

        int Left(string group) => plan.Kept.TryGetValue(group, out var kept) ? kept.Length : Blocks.Group(group).Width;
        Assert.Equal((left1, left2, chain, 24), (Left("block1.hidden"), Left("block2.hidden"), Left("A"), plan.Removed));
    }

    [Fact]
    public void A_block_is_counted_with_what_has_gone_of_it_and_with_all_of_its_groups()
    {
        var scores = new Dictionary<string, double[]>
        {
            ["block1.hidden"] = [0, 0, 0, 0, .. Enumerable.Repeat(3.0, 20)],
            ["block2.hidden"] = [.. Enumerable.Repeat(3.0, 16)],
            ["A"] = [.. Enumerable.Repeat(4.0, 8)],
        };
        var plan = ChannelSelection.Select(
            Blocks, scores, WithBlocks, new Dictionary<string, double> { ["block1.block"] = 2, ["block2.block"] = 9 });
        Assert.Equal(["block1.hidden"], plan.Kept.Keys); // four channels, then the 20 that are left of the budget of 24
        Assert.Empty(plan.Kept["block1.hidden"]);

        var builder = new NetworkBuilder();
        string x = builder.Conv("a", builder.Input("image", 3, 8, 8), builder.Group("A", ChannelGroupKind.Residual, 8), 1);
        string first = builder.Conv("first", x, builder.Group("first", ChannelGroupKind.Hidden, 6), 1);
        string second = builder.Conv("second", first, builder.Group("second", ChannelGroupKind.Hidden, 6), 1);
        builder.Residual("bottleneck", "sum", builder.Conv("third", second, builder.Group("A", ChannelGroupKind.Residual, 8), 1), x);
        double[] nine = [.. Enumerable.Repeat(9.0, 6)];
        var two = new Dictionary<string, double[]> { ["A"] = new double[8], ["first"] = nine, ["second"] = nine };
        var small = ChannelSelection.Select(builder.Build(), two, WithBlocks, new Dictionary<string, double> { ["bottleneck"] = -1 });
        Assert.Equal(["A", "first"], small.Kept.Keys.Order()); // 12 would go with the block, 10 may
        Assert.Equal(10, small.Removed);
    }

    [Fact]
    public void Groups_of_blocks_alone_need_no_scores()
    {
        var costs = new Dictionary<string, double> { ["block1.block"] = 1, ["block2.block"] = 2 };
        var plan = ChannelSelection.Select(Blocks, new Dictionary<string, double[]>(), Half with { Groups = ["blocks"], Ratio = 0.6 }, costs);
        Assert.Equal(["block1.hidden"], plan.Kept.Keys);
    }

    [Fact]
    public void Without_blocks_the_ranking_is_what_it_is()
    {
        var local = Half with { Ranking = ChannelRanking.Local };
        var plan = ChannelSelection.Select(Two(4, 4), Scores([1, 2, 3, 4], [50, 60, 70, 80]), local, new Dictionary<string, double>());
        Assert.Equal([2, 3], plan.Kept["B"]);
    }

    [Theory]
    [InlineData("criterion l2", Criterion.L2, true, ChannelRanking.Global, ScoreNormalisation.Auto)]
    [InlineData("compensate false", Criterion.Obs, false, ChannelRanking.Global, ScoreNormalisation.Auto)]
    [InlineData("ranking local", Criterion.Obs, true, ChannelRanking.Local, ScoreNormalisation.Auto)]
    [InlineData("normalisation max", Criterion.Obs, true, ChannelRanking.Global, ScoreNormalisation.Max)]
    public void Settings_that_cannot_weigh_blocks_are_refused(
        string what, Criterion criterion, bool compensate, ChannelRanking ranking, ScoreNormalisation normalisation)
    {
        var settings = WithBlocks with { Criterion = criterion, Compensate = compensate, Ranking = ranking, Normalisation = normalisation };
        string message = Assert.Throws<ArgumentException>(() => settings.BlocksOf(Blocks)).Message;
        Assert.Contains($"but pruning has {what}, expected", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_block_with_a_protected_group_stays_and_all_alone_means_no_blocks()
    {
        Assert.Equal(["block2.block"], (WithBlocks with { Protect = ["block1.hidden"] }).BlocksOf(Blocks).Select(b => b.Name));
        Assert.Empty(Half.BlocksOf(Blocks));
        Assert.Empty((Half with { Groups = ["blocks"] }).ChannelwiseOf(Blocks));
    }

    [Fact]
    public void Local_ranking_takes_the_same_share_of_every_group()
    {
        var plan = ChannelSelection.Select(Two(4, 4), Scores([1, 2, 3, 4], [50, 60, 70, 80]), Half with { Ranking = ChannelRanking.Local });
        Assert.Equal([2, 3], plan.Kept["A"]);
        Assert.Equal([2, 3], plan.Kept["B"]);
    }

    [Fact]
    public void Isomorphic_ranking_takes_the_same_share_of_every_kind()
    {
        var plan = ChannelSelection.Select(
            Two(4, 4, ChannelGroupKind.Hidden), Scores([1, 2, 3, 4], [50, 60, 70, 80]), Half with { Ranking = ChannelRanking.Isomorphic });
        Assert.Equal(2, plan.Kept["A"].Length);
        Assert.Equal(2, plan.Kept["B"].Length);
    }

    [Theory]
    [InlineData(0, 9)]
    [InlineData(9, 0)]
    public void What_is_gone_counts_in_the_share_of_a_kind(double neck, double hidden)
    {
        var network = Many(new Dictionary<string, int> { ["A"] = 10, ["B"] = 10, ["C"] = 11 }, new() { ["A"] = 8, ["B"] = 8 }); // C is of another kind
        double[] scores = [.. Enumerable.Repeat(neck, 8)];
        var ofGroups = new Dictionary<string, double[]> { ["A"] = scores, ["B"] = scores, ["C"] = [.. Enumerable.Repeat(hidden, 11)] };
        var plan = ChannelSelection.Select(network, ofGroups, Half with { Ranking = ChannelRanking.Isomorphic });
        Assert.Equal((6, 11), (plan.Kept["C"].Length, plan.Removed)); // 5 of 11, and with the 4 that are gone 10 of 20
    }

    [Fact]
    public void What_rounding_leaves_goes_where_a_whole_multiple_costs_least()
    {
        double[] sixForNothing = [.. Enumerable.Repeat(0.0, 6), .. Enumerable.Repeat(100.0, 10)], cheap = [1, 1, 1, 1, .. Enumerable.Repeat(2.0, 12)];
        var plan = ChannelSelection.Select(Two(16, 16), Scores(sixForNothing, cheap), Half with { Ratio = 10.0 / 32, RoundTo = 8 });
        Assert.Equal(["B"], plan.Kept.Keys); // ranked, 6 of A and 4 of B
        Assert.Equal(8, plan.Removed);
    }

    [Fact]
    public void What_rounding_leaves_goes_from_the_group_that_gave_least_of_its_share()
    {
        var settings = Half with { RoundTo = 8, Ranking = ChannelRanking.Local };
        var plan = ChannelSelection.Select(Two(20, 28), Scores(Enumerable.Repeat(9.0, 20), new double[28]), settings);
        Assert.Equal((8, 16), (plan.Kept["A"].Length, plan.Kept["B"].Length)); // asked for 10 and 14, and rounded to 4 and 12
    }

    [Fact]
    public void Of_equal_blocks_that_of_the_first_group_goes()
    {
        double[] scores = [.. Enumerable.Repeat(0.0, 6), .. Enumerable.Repeat(1.0, 10)];
        var plan = ChannelSelection.Select(Two(16, 16), Scores(scores, scores), Half with { Ratio = 12.0 / 32, RoundTo = 8 });
        Assert.Equal(["A"], plan.Kept.Keys);
    }

    [Fact]
    public void The_range_is_what_is_gone_can_go_and_was_there()
    {
        var network = Two(10, 12, widths: new() { ["A"] = 6, ["B"] = 9 });
        Assert.Equal((7, 19, 22), ChannelSelection.Range(network, Half)); // one of 10 and two of 12 stay
    }

    [Fact]
    public void No_group_loses_more_than_the_cap()
    {
        var plan = ChannelSelection.Select(Two(10, 10), Scores(Enumerable.Range(0, 10), Enumerable.Range(100, 10)), Half with { MaxGroupRatio = 0.7 });
        Assert.Equal(3, plan.Kept["A"].Length);
        Assert.Equal(7, plan.Kept["B"].Length);
    }

    [Fact]
    public void No_group_becomes_narrower_than_the_floor()
    {
        var plan = ChannelSelection.Select(Two(10, 10), Scores(Enumerable.Range(0, 10), Enumerable.Range(100, 10)), Half with { MinWidth = 4 });
        Assert.Equal(4, plan.Kept["A"].Length);
        Assert.Equal(6, plan.Kept["B"].Length);
        var rounded = ChannelSelection.Select(
            Two(32, 32), Scores(Enumerable.Range(0, 32), Enumerable.Range(100, 32)), Half with { MinWidth = 12, RoundTo = 8 });
        Assert.Equal(16, rounded.Kept["A"].Length);
        Assert.True(ChannelSelection.Select(Two(4, 4), Scores([1, 2, 3, 4], [5, 6, 7, 8]), Half with { MinWidth = 4, Ratio = 0.1 }).RemovesNothing);
    }

    [Theory]
    [InlineData(ChannelRanking.Global)]
    [InlineData(ChannelRanking.Local)]
    [InlineData(ChannelRanking.Isomorphic)]
    public void Pruned_widths_are_multiples_and_never_more_goes_than_asked_whatever_the_widths(ChannelRanking ranking)
    {
        for (int seed = 0; seed < 500; seed++)
        {
            var random = new Random(seed);
            var dense = Enumerable.Range(0, random.Next(1, 6)).Select(i => ($"G{i}", random.Next(1, 300))).ToDictionary();
            var now = dense.Where(_ => random.Next(3) == 0).ToDictionary(d => d.Key, d => random.Next(1, d.Value + 1)); // pruned before, to anything
            var network = Many(dense, now);
            var settings =
                Half with { RoundTo = random.Next(1, 65), MaxGroupRatio = 0.05 + 0.94 * random.NextDouble(), MinWidth = random.Next(1, 20), Ranking = ranking };
            var narrowest = network.Groups.ToDictionary(g => g.Name, g => PruningLimits.Narrowest(g, settings));
            int all = network.Groups.Sum(g => g.DenseWidth), reachable = all - narrowest.Values.Sum();
            settings = settings with { Ratio = random.NextDouble() * reachable / all };

            var plan = ChannelSelection.Select(
                network, network.Groups.ToDictionary(g => g.Name, g => Enumerable.Range(0, g.Width).Select(_ => random.NextDouble()).ToArray()), settings);

            int asked = Math.Max(0, PruningLimits.Share(all, settings.Ratio) - network.Groups.Sum(g => g.DenseWidth - g.Width));
            Assert.InRange(plan.Removed, 0, asked);
            Assert.All(plan.Kept, k =>
                Assert.True(k.Value.Length % settings.RoundTo == 0 && k.Value.Length >= narrowest[k.Key], $"seed {seed}: {k.Key} keeps {k.Value.Length}"));
            // What is missing is less than any block that could still go.
            var blocks = network.Groups.Select(g => (g.Name, Width: plan.Kept.TryGetValue(g.Name, out var kept) ? kept.Length : g.Width))
                .Where(g => g.Width > narrowest[g.Name]).Select(g => g.Width - (g.Width - 1) / settings.RoundTo * settings.RoundTo);
            Assert.All(blocks, block => Assert.True(block > asked - plan.Removed, $"seed {seed}: {asked - plan.Removed} were left to go, a block has {block}"));
        }
    }

    [Fact]
    public void What_rounding_puts_out_of_reach_is_refused()
    {
        // 48 channels can become 32 and 16, 16 cannot become less.
        var settings = Half with { RoundTo = 16, MinWidth = 15, Ratio = 0.6 };
        var error = Assert.Throws<ArgumentException>(
            () => ChannelSelection.Select(Two(48, 16), Scores(Enumerable.Range(0, 48), Enumerable.Range(0, 16)), settings));
        Assert.Contains("never below 15 channels, in multiples of 16, 32 of 64 channels can go, a ratio of 0.5", error.Message, StringComparison.Ordinal);
        Assert.Equal(32, ChannelSelection.Select(Two(48, 16), Scores(Enumerable.Range(0, 48), Enumerable.Range(0, 16)), settings with { Ratio = 0.5 }).Removed);
    }

    [Fact]
    public void The_target_counts_channels_that_are_gone_already()
    {
        var network = Two(10, 10, widths: new() { ["A"] = 6 });
        var plan = ChannelSelection.Select(network, Scores(Enumerable.Range(0, 6), Enumerable.Range(10, 10)), Half);
        Assert.Equal(6, plan.Removed);
        Assert.True(ChannelSelection.Select(network, Scores(Enumerable.Range(0, 6), Enumerable.Range(10, 10)), Half with { Ratio = 0.2 }).RemovesNothing);
    }

    [Fact]
    public void Equal_scores_go_in_the_order_of_groups_and_channels()
    {
        var plan = ChannelSelection.Select(Two(4, 4), Scores([1, 1, 1, 1], [1, 1, 1, 1]), Half);
        Assert.Equal([3], plan.Kept["A"]);
        Assert.Equal([1, 2, 3], plan.Kept["B"]);
    }

    [Theory]
    [InlineData(1.0, 0.9, "all", "ratio 1 is not from 0 to below 1")]
    [InlineData(-0.1, 0.9, "all", "ratio -0.1 is not")]
    [InlineData(double.NaN, 0.9, "all", "ratio NaN is not")]
    [InlineData(0.8, 0.5, "all", "a ratio of 0.5")]
    [InlineData(0.5, 0.9, "C", "Unknown channel group 'C'")]
    [InlineData(0.5, 0.9, "stem", "no channel group")]
    [InlineData(0.5, 1.0, "all", "max-group-ratio is 1, expected a number above 0 and below 1")]
    [InlineData(0.95, 0.9, "all", "with at most 0.9 of each group, 14 of 16 channels can go, a ratio of 0.875")]
    public void Mistakes_are_named(double ratio, double cap, string group, string message)
    {
        var settings = Half with { Ratio = ratio, MaxGroupRatio = cap, Groups = [group] };
        var error = Assert.Throws<ArgumentException>(() => ChannelSelection.Select(Two(8, 8), Scores(new double[8], new double[8]), settings));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Scores_that_do_not_fit_are_named()
    {
        Assert.Contains("Channel group 'B' is selected but has no scores", Message(new() { ["A"] = new double[8] }), StringComparison.Ordinal);
        Assert.Contains("'B' has 8 channels but 7 scores", Message(Scores(new double[8], new double[7])), StringComparison.Ordinal);
        Assert.Contains("score of channel 0 of group 'A' is NaN", Message(Scores([double.NaN, .. new double[7]], new double[8])), StringComparison.Ordinal);
        Assert.Contains("score of channel 7 of group 'B' is", Message(Scores(new double[8], [.. new double[7], 1 / 0.0])), StringComparison.Ordinal);

        static string Message(Dictionary<string, double[]> scores) =>
            Assert.Throws<ArgumentException>(() => ChannelSelection.Select(Two(8, 8), scores, Half)).Message;
    }

    private static Dictionary<string, double[]> Scores(IEnumerable<double> a, IEnumerable<double> b) => new() { ["A"] = [.. a], ["B"] = [.. b] };

    private static Dictionary<string, double[]> Scores(IEnumerable<int> a, IEnumerable<int> b) => Scores(a.Select(i => (double)i), b.Select(i => (double)i));

    private static Network Many(IReadOnlyDictionary<string, int> dense, Dictionary<string, int> widths)
    {
        var builder = new NetworkBuilder(widths);
        string x = builder.Input("image", 3, 8, 8);
        foreach (var (name, width) in dense)
        {
            x = builder.Conv("conv" + name, x, builder.Group(name, width % 2 == 0 ? ChannelGroupKind.Neck : ChannelGroupKind.Hidden, width), 1);
        }
        return builder.Build();
    }

    private static Network Two(int a, int b, ChannelGroupKind kindOfB = ChannelGroupKind.Neck, Dictionary<string, int>? widths = null)
    {
        var builder = new NetworkBuilder(widths);
        string x = builder.Conv("a", builder.Input("image", 3, 8, 8), builder.Group("A", ChannelGroupKind.Neck, a), 1);
        builder.Conv("b", x, builder.Group("B", kindOfB, b), 1);
        return builder.Build();
    }
}
