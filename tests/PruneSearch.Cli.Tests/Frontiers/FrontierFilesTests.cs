using System.Text.Json;
using PruneSearch.Cli.Frontiers;
using PruneSearch.Core;
using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Searches;
using SkiaSharp;

namespace PruneSearch.Cli.Tests.Frontiers;

public sealed class FrontierFilesTests
{
    [Fact]
    public void The_json_reads_back_as_the_same_points()
    {
        var view = Some.View();
        var back = JsonSerializer.Deserialize<FrontierView>(FrontierFiles.Json(view), CoreJson.Readable)!;

        Assert.Equal(view.Points.Select(p => (p.Trajectory, p.Iteration, p.OnFrontier, p.Report.Map50)), back.Points.Select(p => (p.Trajectory, p.Iteration, p.OnFrontier, p.Report.Map50)));
    }

    [Fact]
    public void The_csv_has_a_line_a_point_and_quotes_commas()
    {
        string[] lines = FrontierFiles.Csv(Some.View()).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(11, lines.Length);
        Assert.StartsWith("one-shot-20,one-shot,0.2,1,false,", lines[5], StringComparison.Ordinal);
        Assert.Contains(",\"Made-up, 2 cores\",", lines[5], StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_is_slower_beyond_doubt_is_shown_as_such()
    {
        Assert.EndsWith("slower", PointText.SpeedUp(Some.View().Points[1]), StringComparison.Ordinal);
        Assert.DoesNotContain("slower", PointText.SpeedUp(Some.View().Points[2]), StringComparison.Ordinal);
    }

    [Fact]
    public void The_picture_has_the_colours_of_all_arms()
    {
        byte[] png = FrontierPlot.Draw(Some.View());
        if (Environment.GetEnvironmentVariable("PRUNESEARCH_PLOT") is { Length: > 0 } path)
        {
            File.WriteAllBytes(path, png);
        }
        using var bitmap = SKBitmap.Decode(png);
        var colours = bitmap.Pixels.Select(p => p.ToString()).ToHashSet();

        Assert.Superset(new HashSet<string> { "#ffe07b39", "#ff2a6fbb", "#ff7a7a7a", "#ffb3202a" }, colours);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_search_with_hardly_any_points_can_be_drawn(int points)
    {
        var view = Some.View();

        Assert.NotEmpty(FrontierPlot.Draw(view with { Points = [.. view.Points.Take(points)] }));
    }
}
