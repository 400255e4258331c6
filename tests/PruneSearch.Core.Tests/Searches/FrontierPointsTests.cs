using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Tests;

namespace PruneSearch.Core.Tests.Searches;

public sealed class FrontierPointsTests
{
    private static readonly MeasuringDevice Here = new("processor A", "engine 1", 1), There = new("processor B", "engine 1", 1);
    private static readonly Objective[] Speed = [Objective.Map50, Objective.Latency];

    [Fact]
    public void A_quantised_detector_is_a_point_of_its_own_with_its_own_figures()
    {
        var quantised = new ModelScore { Map50 = .68, Map = .3, ClassAp50 = [], ModelBytes = 10, Latency = Latency(2.5, Here) };
        var report = Report("a", .7, 1.5, Here) with { Quantised = quantised };

        FrontierPoint[] points = [.. FrontierPoints.Expand(Point(report))];

        Assert.Equal(["float32", "int8"], points.Select(p => p.Precision));
        Assert.Equal((.68, .3, 10L, 2.5), (points[1].Report.Map50, points[1].Report.Map, points[1].Report.ModelBytes, points[1].Report.Latency.SpeedUp));
        Assert.Equal((points[0].Report.Macs, points[0].Report.Parameters), (points[1].Report.Macs, points[1].Report.Parameters));
        Assert.Single(FrontierPoints.Expand(Point(Report("b", .7, 1.5, Here))));
    }

    [Fact]
    public void Devices_have_frontiers_of_their_own_in_which_the_base_competes()
    {
        FrontierPoint[] points =
        [
            Point(Report("base", .70, 1, Here), iteration: 0),
            Point(Report("fast here", .65, 2.0, Here)),
            Point(Report("less fast there", .60, 1.8, There)), // beaten only by a point of another device
            Point(Report("slow there", .65, 0.9, There)), // beaten by the base
        ];

        Assert.Equal([true, true, true, false], FrontierPoints.Mark(points, Speed).Select(p => p.OnFrontier));
    }

    [Fact]
    public void Counts_are_weighed_across_devices()
    {
        FrontierPoint[] points = [Point(Report("a", .7, 1, Here) with { Macs = 50 }), Point(Report("b", .6, 1, There) with { Macs = 90 })];

        Assert.Equal([true, false], FrontierPoints.Mark(points, [Objective.Map50, Objective.Macs]).Select(p => p.OnFrontier));
    }

    [Theory]
    [InlineData(1.50, 1.40, true)] // intervals of ± 0.02 do not touch
    [InlineData(1.50, 1.47, false)]
    [InlineData(1.50, 1.60, false)]
    public void A_model_is_slower_than_its_parent_when_that_is_beyond_doubt(double parent, double child, bool slower)
    {
        var marked = FrontierPoints.Mark(
            [Point(Report("parent", .7, parent, Here)), Point(Report("child", .6, child, Here)) with { Parent = Key("parent") }], Speed);

        Assert.Equal([false, slower], marked.Select(p => p.SlowerThanParent));
    }

    [Fact]
    public void Speeds_of_different_devices_precisions_or_input_sizes_say_nothing_about_parent_and_child()
    {
        var parent = Point(Report("parent", .7, 2, Here));

        Assert.False(FrontierPoints.Mark([parent, Point(Report("child", .6, 1, There)) with { Parent = Key("parent") }], Speed)[1].SlowerThanParent);
        Assert.False(FrontierPoints.Mark(
            [parent, Point(Report("child", .6, 1.2, Here)) with { Parent = Key("parent"), Precision = FrontierPoints.QuantisedPrecision }],
            Speed)[1].SlowerThanParent);
        Assert.False(FrontierPoints.Mark(
            [parent, Point(Report("child", .6, 1.2, Here) with { InputSize = 416 }) with { Parent = Key("parent") }], Speed)[1].SlowerThanParent);
        Assert.True(FrontierPoints.Mark(
            [parent, Point(Report("base", .6, .9, Here)) with { Precision = FrontierPoints.QuantisedPrecision }], Speed)[1].SlowerThanParent);
    }

    [Theory]
    [InlineData(1.25, false)] // from 1.25 on
    [InlineData(1.375, true)]
    public void Intervals_that_touch_leave_a_doubt(double parentLow, bool slower)
    {
        static LatencyReport Interval(double low, double high) => Latency(1, Here) with { SpeedUpLow = low, SpeedUpHigh = high };
        var parent = Point(Report("parent", .7, 1.5, Here) with { Latency = Interval(parentLow, 2) });
        var child = Point(Report("child", .6, 1.5, Here) with { Latency = Interval(1, 1.25) }) with { Parent = Key("parent") };
        var quantised = Point(Report("base", .6, 1, Here) with { Latency = Interval(.5, 1) }) with { Precision = FrontierPoints.QuantisedPrecision };

        Assert.Equal([false, slower, false], FrontierPoints.Mark([parent, child, quantised], Speed).Select(p => p.SlowerThanParent));
    }

    [Fact]
    public void The_base_competes_as_fast_as_itself_whatever_its_measurement_says()
    {
        FrontierPoint[] points = [Point(Report("base", .7, 1.1, Here), iteration: 0), Point(Report("pruned", .6, 1.05, Here))];

        Assert.Equal([true, true], FrontierPoints.Mark(points, Speed).Select(p => p.OnFrontier));
    }

    [Fact]
    public void A_view_shows_the_base_then_the_others_from_slow_to_fast_and_what_is_equal_by_key_and_precision()
    {
        var quantised = new ModelScore { Map50 = .5, Map = .2, ClassAp50 = [], ModelBytes = 10, Latency = Latency(1.2, Here) };
        FrontierPoint[] points =
        [
            Point(Report("d", .4, 2, Here)),
            Point(Report("c", .6, 1.2, Here) with { Quantised = quantised }),
            Point(Report("b", .6, 1.2, Here)),
            Point(Report("base", .7, 1.5, Here), iteration: 0),
        ];

        var view = FrontierPoints.View("x-1", "x", Speed, points);

        Assert.Equal(("x-1", "x"), (view.SearchId, view.Name));
        Assert.Equal(Speed, view.Objectives);
        var names = new[] { "base", "b", "c", "d" }.ToDictionary(Key);
        Assert.Equal( // the hash of c is before that of b
            ["base float32", "c float32", "c int8", "b float32", "d float32"],
            view.Points.Select(p => $"{names[p.Report.Key]} {p.Precision}"));
    }

    [Fact]
    public void Every_objective_is_a_cost()
    {
        var report = Report("a", .75, 2, Here) with { Macs = 30, Parameters = 20, ModelBytes = 10 };

        Assert.Equal([-.75, -.375, .5, 30, 20, 10], Enum.GetValues<Objective>().Select(o => o.Cost(report)));
    }

    private static FrontierPoint Point(StageReport report, int iteration = 1) => new()
    {
        Trajectory = "t",
        Schedule = iteration == 0 ? ScheduleKind.Base : ScheduleKind.OneShot,
        Ratio = 0.5,
        Iteration = iteration,
        Report = report,
        OnFrontier = false,
    };

    private static StageKey Key(string name) => MadeUp.Key(name);

    private static StageReport Report(string key, double map50, double speedUp, MeasuringDevice device) =>
        MadeUp.Report(map50, speedUp, Key(key), Latency(speedUp, device));

    private static LatencyReport Latency(double speedUp, MeasuringDevice device) => MadeUp.Latency(speedUp, .02, device);
}
