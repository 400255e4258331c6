using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Ssd;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Stages;
using PruneSearch.Pruning.Selection;
using PruneSearch.Pruning.Shrinking;

namespace PruneSearch.Tests.Pruning.Selection;

/// <summary>Latency by a knapsack over costs.</summary>
public sealed class LatencySelectionTests
{
    private static readonly DetectorModel Dense = DetectorCatalog.Build(new DetectorSpec
    {
        Architecture = SsdFamily.Architecture,
        Classes = ["a", "b"],
        InputSize = 64,
        Options = new SsdOptions { WidthMultiplier = 0.35 },
    });

    private static readonly PruneSettings Settings = new() { Ratio = 0.3, Target = PruneTarget.Latency, Groups = ["hidden", "neck"] };

    private static readonly string[] Few = ["expanded_conv_5.hidden", "expanded_conv_9.hidden", "expanded_conv_12.hidden"];

    private static readonly ConvLayer[] Convolutions = [.. Dense.Network.Layers.OfType<ConvLayer>()];

    private static readonly Dictionary<string, double[]> Scores = SomeScores(3);

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.3)]
    [InlineData(0.5)]
    public void The_latency_is_met_by_widths_that_the_device_computes_at_once(double ratio)
    {
        var widths = Widths(Settings with { Ratio = ratio });

        Assert.InRange(Coupled(widths), 0.98 * (1 - ratio), 1.01 * (1 - ratio));
        Assert.All(Dense.Network.Groups, g => Assert.True(widths[g.Name] == g.DenseWidth || widths[g.Name] % 16 == 0, $"{g.Name}: {widths[g.Name]}"));
    }

    [Fact]
    public void Among_few_groups_it_is_the_choice_of_trying_everything()
    {
        foreach (double ratio in (double[])[0.05, 0.1, 0.15, 0.2])
        {
            foreach (int seed in (int[])[1, 2, 3])
            {
                var scores = SomeScores(seed);
                var settings = Settings with { Groups = Few, Ratio = ratio };
                var chosen = Shrinker.NewWidths(Dense.Network, TargetSelection.Select(
                    Dense, scores, settings, new(s => Separable(s.Widths), new(() => new LatencyCosts(Separable, 16)))));
                double least = Everything().Where(w => Separable(w) <= 1 - ratio + 1e-9).Min(w => Harm(w, scores));

                Assert.True(Separable(chosen) <= 1 - ratio + 1e-9);
                Assert.Equal(least, Harm(chosen, scores), 1e-9);
            }
        }
    }

    [Fact]
    public void A_lower_latency_harms_more_and_is_lower()
    {
        double harm = 0, latency = 1;
        for (double ratio = 0.05; ratio < 0.6; ratio += 0.1)
        {
            var widths = Widths(Settings with { Ratio = ratio });
            Assert.True(Harm(widths, Scores) >= harm && Coupled(widths) <= latency + 1e-9);
            (harm, latency) = (Harm(widths, Scores), Coupled(widths));
        }
    }

    [Theory]
    [InlineData(1.2)]
    [InlineData(0.8)]
    public void What_predictions_are_wrong_by_is_learnt_from_measurements(double factor)
    {
        int measured = 0;
        // What predictions do not know: pruning saves more, or less.
        double True(IReadOnlyDictionary<string, int> widths) => Math.Pow(Coupled(widths), factor);
        var plan = TargetSelection.Select(Dense, Scores, Settings with { Ratio = 0.4 }, new(Measure, new(() => new LatencyCosts(Coupled, 16))));
        double Measure(DetectorSpec spec)
        {
            measured++;
            return True(spec.Widths);
        }

        Assert.InRange(True(Shrinker.NewWidths(Dense.Network, plan)), 0.6 * 0.98, 0.6 * 1.02);
        Assert.InRange(measured, 2, 4);
    }

    [Fact]
    public void A_block_goes_where_it_harms_less_than_the_channels_that_are_as_slow()
    {
        var settings = Settings with { Groups = ["hidden", "neck", "blocks"], Ratio = 0.2 };
        string cheap = Dense.Network.Blocks[3].Name;
        var blocks = Dense.Network.Blocks.ToDictionary(b => b.Name, b => b.Name == cheap ? 1e-6 : 100.0);
        var with = Shrinker.NewWidths(Dense.Network, TargetSelection.Select(
            Dense, Scores, settings, new(s => Coupled(s.Widths), new(() => new LatencyCosts(Coupled, 16))), blocks));

        Assert.Equal([cheap], Dense.Network.With(with).LeftOut.Select(b => b.Name));
        Assert.InRange(Coupled(with), 0.8 * 0.98, 0.8 * 1.01);
    }

    [Theory]
    [InlineData(0.9, 0.5, "ratio 0.9 of the latency cannot be reached: with at most 0.5 of each group, in multiples of 16, the reachable maximum is 0.")]
    [InlineData(1.0, 0.9, "ratio 1 is not from 0 to below 1")]
    public void What_cannot_be_reached_is_said_with_what_can(double ratio, double cap, string message)
    {
        string found = Assert.Throws<ArgumentException>(() => Widths(Settings with { Ratio = ratio, MaxGroupRatio = cap })).Message;
        Assert.Contains(message, found, StringComparison.Ordinal);
        if (ratio < 1)
        {
            double reachable = double.Parse(found[(found.LastIndexOf(' ') + 1)..^1], System.Globalization.CultureInfo.InvariantCulture);
            var widths = Widths(Settings with { Ratio = reachable, MaxGroupRatio = cap });
            Assert.InRange(Coupled(widths), 1 - reachable - 0.01, 1 - reachable);
        }
    }

    [Fact]
    public void What_is_fast_enough_already_loses_nothing()
    {
        var first = Widths(Settings with { Ratio = 0.4 });
        var pruned = Dense.With(first);
        var scores = pruned.Network.Groups.ToDictionary(g => g.Name, g => Scores[g.Name][..g.Width]);

        Assert.True(TargetSelection.Select(
            pruned, scores, Settings with { Ratio = 0.4 }, new(s => Coupled(s.Widths), new(() => new LatencyCosts(Coupled, 16)))).RemovesNothing);
    }

    [Fact]
    public void Costs_are_not_asked_where_settings_rank_otherwise()
    {
        var asked = new Lazy<LatencyCosts>(() => throw new InvalidOperationException("costs were asked for"));
        foreach (var settings in (PruneSettings[])[
            Settings with { Ranking = ChannelRanking.Local }, Settings with { PerCost = ChannelCost.Macs }, Settings with { Target = PruneTarget.Macs }])
        {
            Assert.False(TargetSelection.Select(Dense, Scores, settings, new(s => Coupled(s.Widths), asked)).RemovesNothing);
        }
        Assert.Throws<InvalidOperationException>(() => TargetSelection.Select(Dense, Scores, Settings, new(s => Coupled(s.Widths), asked)));
    }

    [Theory]
    [InlineData(8, 16, 16)]
    [InlineData(16, 8, 16)]
    [InlineData(1, 8, 8)]
    [InlineData(12, 8, 24)]
    public void Widths_are_multiples_of_what_is_asked_and_of_what_is_computed_at_once(int roundTo, int multiple, int expected) =>
        Assert.Equal(expected, new LatencyCosts(Coupled, multiple).Grid(Settings with { RoundTo = roundTo }));

    private static SortedDictionary<string, int> Widths(PruneSettings settings) => Shrinker.NewWidths(Dense.Network, TargetSelection.Select(
        Dense, Scores, settings, new(s => Coupled(s.Widths), new(() => new LatencyCosts(Coupled, 16)))));

    // A machine that computes sixteen channels at once: what a convolution costs depends on what it reads and on what it makes.
    private static double Coupled(IReadOnlyDictionary<string, int> widths) => Time(widths) / Time(Dense.Network.Widths);

    private static double Time(IReadOnlyDictionary<string, int> widths)
    {
        var gone = Dense.Network.Blocks.Where(b => b.Groups.All(g => widths[g] == 0)).SelectMany(b => b.Layers).ToHashSet();
        double Whole(ChannelLayout layout) => (layout.Segments.Sum(s => s.Group is { } g ? widths[g] : s.Width) + 15) / 16;
        return 20 + Convolutions.Where(c => !gone.Contains(c.Name)).Sum(
            c => Whole(c.Channels) * (c.Depthwise ? 2 : Whole(c.InputChannels)) * c.Height * c.Kernel + 2);
    }

    // One in which groups do not meet, with steps that differ.
    private static double Separable(IReadOnlyDictionary<string, int> widths)
    {
        double Sum(Func<string, int> width) => Few.Index().Sum(g => (1 + g.Index) * ((width(g.Item) + 15) / 16));
        return 0.4 + 0.6 * Sum(g => widths[g]) / Sum(g => Dense.Network.Group(g).Width);
    }

    private static IEnumerable<IReadOnlyDictionary<string, int>> Everything()
    {
        IEnumerable<IReadOnlyDictionary<string, int>> all = [Dense.Network.Widths];
        foreach (string name in Few)
        {
            var group = Dense.Network.Group(name);
            int[] widths = [group.Width, .. Enumerable.Range(1, group.Width - 1).Where(w => w % 16 == 0 && w >= group.Width * 0.1)];
            all = all.SelectMany(a => widths.Select(w => new Dictionary<string, int>(a) { [name] = w }));
        }
        return all;
    }

    private static double Harm(IReadOnlyDictionary<string, int> widths, Dictionary<string, double[]> scores) =>
        Dense.Network.Groups.Sum(g => scores[g.Name].Order().Take(g.Width - widths[g.Name]).Sum());

    private static Dictionary<string, double[]> SomeScores(int seed)
    {
        var random = new Random(seed);
        return Dense.Network.Groups.ToDictionary(g => g.Name, g => Enumerable.Range(0, g.Width).Select(_ => random.NextDouble()).ToArray());
    }
}
