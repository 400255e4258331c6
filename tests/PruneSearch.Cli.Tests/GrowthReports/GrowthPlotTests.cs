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
