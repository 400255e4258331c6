using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Stages;
using PruneSearch.Tests;

namespace PruneSearch.Core.Tests.Frontiers;

public sealed class FrontierVolumeTests
{
    [Fact]
    public void The_base_alone_is_worth_nothing_and_order_does_not_matter()
    {
        StageReport start = Report(.8, 1.05), fast = Report(.5, 2), faster = Report(.25, 4);
        var volume = new FrontierVolume([Objective.Map50, Objective.Latency]);
        volume.Add(start, isBase: true);
        Assert.Equal(0, volume.Value);
        volume.Add(fast, isBase: false);
        Assert.Equal(.5 * .5, volume.Value, 12);
        volume.Add(faster, isBase: false);
        Assert.Equal((.5 * .5) + (.25 * .25), volume.Value, 12);
        volume.Add(fast, isBase: false);
        Assert.Equal((.5 * .5) + (.25 * .25), volume.Value, 12);

        var late = new FrontierVolume([Objective.Map50, Objective.Latency]);
        late.Add(faster, isBase: false);
        late.Add(fast, isBase: false);
        Assert.Equal(0, late.Value);
        late.Add(start, isBase: true);
        Assert.Equal(volume.Value, late.Value, 12);
    }

    [Fact]
    public void Devices_are_not_mixed_unless_latency_does_not_count()
    {
        StageReport[] reports = [Report(.8, 1), Report(.5, 2), Report(.6, 1.25, "other")];
        FrontierVolume latency = new([Objective.Map50, Objective.Latency]), macs = new([Objective.Map50, Objective.Macs]);
        for (int i = 0; i < reports.Length; i++)
        {
            latency.Add(reports[i], i == 0);
            macs.Add(reports[i], i == 0);
        }
        Assert.Equal(.5 * .5, latency.Value, 12); // the other device's .6 × .2 is no part of it
        Assert.Equal((.5 * .5) + (.1 * .2), macs.Value, 12);
    }

    [Fact]
    public void A_quantised_model_counts_beside_the_one_that_it_came_from()
    {
        StageReport start = Report(.8, 1), fast = Report(.5, 2);
        var volume = new FrontierVolume([Objective.Map50, Objective.Latency]);
        volume.Add(start, isBase: true);
        volume.Add(fast with { Quantised = fast.Score with { Map50 = .25, Latency = fast.Latency with { SpeedUp = 4 } } }, isBase: false);

        Assert.Equal((.5 * .5) + (.25 * .25), volume.Value, 12);
    }

    [Theory]
    [InlineData(Objective.Map50, .5)]
    [InlineData(Objective.Map, .25)]
    [InlineData(Objective.Latency, .5)]
    [InlineData(Objective.Macs, .5)]
    [InlineData(Objective.Parameters, .25)]
    [InlineData(Objective.FileSize, .75)]
    public void Accuracies_count_as_they_are_and_all_else_relative_to_the_base(Objective objective, double expected)
    {
        var volume = new FrontierVolume([objective]);
        volume.Add(Report(0, 1), isBase: true);
        volume.Add(Report(.5, 2) with { Parameters = 750, ModelBytes = 1000 }, isBase: false);

        Assert.Equal(expected, volume.Value, 12);
    }

    private static StageReport Report(double map50, double speedUp, string device = "cpu") =>
        MadeUp.Report(map50, speedUp, latency: MadeUp.Latency(speedUp, device: new(device, "engine", 1))) with { Macs = (long)(1000 / speedUp) };
}
