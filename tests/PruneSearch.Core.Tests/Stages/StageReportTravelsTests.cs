using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Tests;

namespace PruneSearch.Core.Tests.Stages;

/// <summary>Reports go between processes: what one writes, another one reads.</summary>
public sealed class StageReportTravelsTests
{
    [Fact]
    public void A_report_with_everything_in_it_reads_back_as_it_was()
    {
        using var services = new ServiceCollection().AddSerializer().BuildServiceProvider();
        var serializer = services.GetRequiredService<Serializer>();
        var interval = new ConfidenceInterval(.1, .2);
        var latency = MadeUp.Latency(1.5, .1) with { SessionSpeedUps = new[] { 1.4, 1.6 } };
        var int8 = new ModelScore
        {
            Map50 = .5,
            Map = .3,
            ClassAp50 = new() { ["cat"] = .5 },
            ModelBytes = 7,
            Latency = latency,
            Map50Interval = interval,
            MapInterval = interval,
            Map50BeyondDense = interval,
        };
        var report = MadeUp.Report(.5, 1.5, latency: latency) with
        {
            Warnings = ["w"],
            Quantised = int8,
            Finished = DateTimeOffset.UnixEpoch,
            Unpruned = new(5, 3),
            Threads = 2,
            TrainedIn = Precision.BFloat16,
            Map50Interval = interval,
            MapInterval = interval,
            Map50BeyondDense = new(-.1, .1),
        };
        FrontierPoint Point(string name) => new()
        {
            Trajectory = name,
            Schedule = ScheduleKind.OneShot,
            Ratio = .2,
            Iteration = 1,
            OnFrontier = true,
            Report = report,
            Parent = StageKey.Of([2]),
        };
        FrontierPoint[] points = [Point("a"), Point("b") with { Report = report with { Key = StageKey.Of([3]) } }];

        var back = serializer.Deserialize<FrontierPoint[]>(serializer.SerializeToArray(points))!;

        Assert.Equal(
            System.Text.Json.JsonSerializer.Serialize(points, CoreJson.Readable), System.Text.Json.JsonSerializer.Serialize(back, CoreJson.Readable));
    }
}
