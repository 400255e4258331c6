using PruneSearch.Core.Detectors;
using PruneSearch.Core.Networks;
using PruneSearch.Inference.Latency;

namespace PruneSearch.Inference.Tests.Latency;

public sealed class QuickLatencyModelTests
{
    private static readonly DetectorModel Dense = Some.SmallDetector(batchNorm: false);

    [Fact]
    public void Latencies_that_follow_the_work_are_predicted_for_structures_not_seen()
    {
        var model = QuickLatencyModel.Fit([.. Shares().Select(s => Measured(s))]);

        var unseen = Pruned(0.33);
        Assert.Equal(True(unseen), model.Predict(unseen), 0.03 * True(unseen));
        Assert.InRange(model.HeldOut.Mean, 0, 0.03);
        Assert.True(model.HeldOut.Largest >= model.HeldOut.Mean);
        Assert.Equal(Shares().Length, model.HeldOut.Structures);
        Assert.All(model.Costs.Values, c => Assert.True(c >= 0));
    }

    [Fact]
    public void The_held_out_error_shows_latencies_that_do_not_follow_the_work()
    {
        var random = new Random(3);
        var model = QuickLatencyModel.Fit([.. Shares().Select(s => new MeasuredStructure(Pruned(s), 1 + 20 * random.NextDouble()))]);
        Assert.True(model.HeldOut.Mean > 0.2);
    }

    [Fact]
    public void A_target_becomes_the_least_pruned_widths_that_reach_it()
    {
        var model = QuickLatencyModel.Fit([.. Shares().Select(s => Measured(s))]);

        var kinds = Enum.GetValues<ChannelGroupKind>();
        var target = WidthsForSpeedUp.Find(model, Dense, 1.5, 8, kinds);
        var less = UniformWidths.For(Dense.Network, target.Share - 0.1, 8, kinds);

        Assert.True(target.Reached);
        Assert.InRange(target.PredictedSpeedUp, 1.5, 1.7);
        Assert.True(model.Predict(Dense.Network) / model.Predict(Build(less)) < 1.5);
        Assert.False(WidthsForSpeedUp.Find(model, Dense, 1000, 8, ChannelGroupKind.Hidden).Reached);
    }

    [Fact]
    public void Uniform_widths_are_rounded_and_leave_other_kinds_alone()
    {
        var widths = UniformWidths.For(Dense.Network, 0.99, 8, ChannelGroupKind.Hidden);
        foreach (var group in Dense.Network.Groups)
        {
            Assert.Equal(group.Kind == ChannelGroupKind.Hidden ? 8 : group.DenseWidth, widths[group.Name]);
        }
        var half = UniformWidths.For(Dense.Network, 0.5, 1, ChannelGroupKind.Neck);
        Assert.Equal(128, half["layer_19_1_Conv2d_2_1x1_256"]);
        Assert.Throws<ArgumentOutOfRangeException>(() => UniformWidths.For(Dense.Network, 1));
    }

    [Fact]
    public void Uniform_widths_are_multiples_or_dense_whatever_the_widths_and_the_share()
    {
        var random = new Random(4);
        for (int i = 0; i < 300; i++)
        {
            int roundTo = random.Next(1, 65);
            double share = random.NextDouble();
            var widths = UniformWidths.For(Dense.Network, share, roundTo, Enum.GetValues<ChannelGroupKind>());
            foreach (var group in Dense.Network.Groups)
            {
                int width = widths[group.Name];
                Assert.True(
                    width == group.DenseWidth || (width % roundTo == 0 && width > 0 && width < group.DenseWidth),
                    $"{group.Name}: {width} of {group.DenseWidth} with {roundTo}");
                Assert.InRange(Math.Abs(width - group.DenseWidth * (1 - share)), 0, Math.Max(roundTo, group.DenseWidth <= roundTo ? group.DenseWidth : 0));
            }
        }
    }

    [Fact]
    public void Structures_to_measure_reach_from_dense_to_narrow_and_differ_in_every_group()
    {
        var chosen = StructureSampling.Choose(Dense, 8, 8, [ChannelGroupKind.Hidden, ChannelGroupKind.Neck]);

        Assert.Equal(Dense.Network.Macs, chosen[0].Network.Macs);
        Assert.True(chosen[^1].Network.Macs < 0.6 * Dense.Network.Macs);
        Assert.Equal(8, chosen.Select(m => string.Join(',', m.Network.Widths.Values)).Distinct().Count());
        foreach (var group in Dense.Network.Groups)
        {
            bool varies = group.Kind is ChannelGroupKind.Hidden or ChannelGroupKind.Neck && group.DenseWidth > 8;
            Assert.Equal(varies, chosen.Select(m => m.Network.Widths[group.Name]).Distinct().Count() > 1);
        }
    }

    [Fact]
    public void Structures_are_measured_in_one_run_and_fitted()
    {
        var chosen = StructureSampling.Choose(Dense, 3, 8, [ChannelGroupKind.Hidden]);

        var measured = StructureSampling.Measure(
            chosen, m => Some.Weights(m.Network, 1), 1, new LatencyOptions { MaxSeconds = 0.3 }, TimeProvider.System, TestContext.Current.CancellationToken);

        Assert.Equal(chosen.Select(m => m.Network), measured.Select(m => m.Network));
        var model = QuickLatencyModel.Fit(measured);
        Assert.InRange(model.Predict(Dense.Network) / measured[0].Milliseconds, 0.5, 2);
    }

    [Fact]
    public void Too_few_or_impossible_measurements_are_refused()
    {
        Assert.Throws<ArgumentException>(() => QuickLatencyModel.Fit([Measured(0), Measured(0.5)]));
        Assert.Throws<ArgumentException>(() => QuickLatencyModel.Fit([Measured(0), Measured(0.5), new(Dense.Network, double.NaN)]));
    }

    private static double[] Shares() => [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8];

    private static MeasuredStructure Measured(double share) => new(Pruned(share), True(Pruned(share)));

    // A machine that needs 0.4 ms and 0.05 ms for each million MACs.
    private static double True(Network network) => 0.4 + network.Macs / 1e6 * 0.05;

    private static Network Pruned(double share) => Build(UniformWidths.For(Dense.Network, share, 8, ChannelGroupKind.Hidden));

    private static Network Build(SortedDictionary<string, int> widths) => DetectorCatalog.Build(Dense.Spec with { Widths = widths }).Network;
}
