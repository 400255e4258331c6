using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Web.Live;
using PruneSearch.Web.Tests.Browsers;

namespace PruneSearch.Web.Tests.Live;

public sealed class LiveFrontierTests
{
    [Theory]
    [InlineData(Objective.Map50, Objective.Latency)]
    [InlineData(Objective.Map50, Objective.Macs, Objective.Latency)]
    [InlineData(Objective.Map)]
    [InlineData(Objective.Map50, Objective.FileSize)]
    public void It_is_what_marking_all_points_at_once_says_after_each_one(params Objective[] objectives)
    {
        var same = new SharedValues();
        var frontier = new LiveFrontier(objectives);
        var random = new Random(7);
        List<FrontierPoint> points = [];
        for (int i = 0; i < 90; i++)
        {
            // Two devices, equal points, and a base detector that comes late for one of them.
            var point = Made.Point(i is 0 or 50 ? 0 : 1 + random.Next(60));
            var latency = point.Report.Latency with { Device = new MeasuringDevice(i % 3 == 0 && i > 0 ? "other" : "one", "engine", 1) };
            point = point with { Report = point.Report with { Key = StageKey.Of([(byte)i]), Latency = latency } };
            points.Add(point);
            frontier.Add(LiveModel.Of(point, i, i, same));

            var expected = FrontierPoints.Mark(points, objectives).Index().Where(p => p.Item.OnFrontier).Select(p => p.Index);
            Assert.Equal(expected, frontier.Models.Select(m => m.Index).Order());
        }
    }
}
