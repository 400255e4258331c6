using PruneSearch.Cli.GrowthReports;
using SkiaSharp;

namespace PruneSearch.Cli.Tests.GrowthReports;

public sealed class GrowthPlotTests
{
    [Fact]
    public void The_growth_and_the_tried_configurations_are_drawn()
    {
        var results = SomeGrown.Results(60);

        Require("growth", VolumePlot.Draw(results.Name, results.Curve, 2600));
        Require("no-growth", VolumePlot.Draw(results.Name, [], 0));
        Require("parallel", ParallelPlot.Draw(results));
    }

    [Fact]
    public void A_model_that_was_stopped_early_is_on_the_frontier_when_no_other_beats_it()
    {
        var results = SomeGrown.Results(60);

        var points = results.Tried.Where(t => t.Deepest is not null).Select(t => (t.Configuration, t.Deepest!.Costs, t.Deepest.Rung)).ToList();
        var expected = points.Where(p => !points.Exists(o => o.Costs.Zip(p.Costs).All(c => c.First <= c.Second) && !o.Costs.SequenceEqual(p.Costs))).ToList();

        Assert.Contains(expected, p => p.Rung < results.Rungs.Count - 1);
        Assert.Equal(expected.Select(p => p.Configuration).ToHashSet(), results.Frontier);
    }

    private static void Require(string name, byte[] png)
    {
        using var picture = SKBitmap.Decode(png);
        Assert.True(picture.Pixels.Distinct().Count() > 20, $"{name} is empty");
        if (Environment.GetEnvironmentVariable("PRUNESEARCH_PICTURES") is { } folder)
        {
            File.WriteAllBytes(Path.Combine(folder, name + ".png"), png);
        }
    }
}
