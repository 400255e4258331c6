using System.Globalization;
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

        Assert.Equal(
            view.Points.Select(p => (p.Trajectory, p.Iteration, p.OnFrontier, p.Report.Map50)),
            back.Points.Select(p => (p.Trajectory, p.Iteration, p.OnFrontier, p.Report.Map50)));
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

    [Theory]
    [InlineData(false, 0, 300)]
    [InlineData(false, 300, 300)]
    [InlineData(true, 224, 300)]
    public void Sizes_have_a_column_where_models_that_say_theirs_differ(bool expected, params int[] sizes)
    {
        var view = Some.View() with { Points = [.. sizes.Select((s, i) => Point($"{i}", 1) with { Report = Some.Report(.8, 1, 800) with { InputSize = s } })] };
        Assert.Equal(expected, FrontierTable.HasSizes(view));
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

    [Fact]
    public void Models_of_no_use_squash_no_others()
    {
        FrontierPoint At(double speed, double accuracy) => Point($"at {speed}", speed) with { Report = Some.Report(accuracy, speed, 800) };
        FrontierPoint[] useful = [At(1, .85), At(1.4, .86), At(2, .80)];
        var near = Some.View() with { Points = useful };
        var far = Some.View() with { Points = [.. useful, At(3.5, .02)] };

        byte[] whole = FrontierPlot.Draw(far), part = FrontierPlot.Draw(near);
        using SKBitmap large = SKBitmap.Decode(whole), other = SKBitmap.Decode(part);
        Assert.Equal((other.Width, other.Height), (large.Width, large.Height));
        Assert.NotEqual(part, whole); // the inset
    }

    [Fact]
    public void The_legend_covers_no_model()
    {
        FrontierPoint At(double speed, double accuracy) => Point($"at {speed}", speed) with { Report = Some.Report(accuracy, speed, 800) };
        FrontierPoint[] steep = [At(1, .849), At(1.42, .855), At(2, .854), At(2.66, .8545), At(2.69, .821)];
        var view = Some.View();
        int Coloured(IEnumerable<FrontierPoint> points) =>
            SKBitmap.Decode(FrontierPlot.Draw(view with { Points = [.. points] })).Pixels.Count(p => p.ToString() == "#ff2a6fbb");

        const int Marker = 100; // pixels at least
        Assert.All(steep, hidden => Assert.InRange(Coloured(steep) - Coloured(steep.Where(p => p != hidden)), Marker, int.MaxValue));
    }

    [Fact]
    public void A_model_that_is_slower_than_its_parent_is_shown_as_such_everywhere()
    {
        FrontierPoint[] points = [Point("parent", 1.5), Point("child", 1.4) with { Parent = Some.Key("parent") }];
        var view = Some.View() with { Points = FrontierPoints.Mark(points, [Objective.Map50, Objective.Latency]) };

        Assert.EndsWith("slower than its parent", PointText.SpeedUp(view.Points[1]), StringComparison.Ordinal);
        Assert.Contains($",{Some.Key("parent")},float32,true,", FrontierFiles.Csv(view), StringComparison.Ordinal);
        using var output = new StringWriter();
        FrontierTable.Write(new CliContext { Output = output, Error = output, IsTerminal = false, Sessions = null! }, view);
        Assert.Contains("Slower than its parent: ", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("#ffd00000", Colours(FrontierPlot.Draw(view)));
        Assert.DoesNotContain("#ffd00000", Colours(FrontierPlot.Draw(Some.View())));
    }

    [Fact]
    public void What_stages_warned_of_stands_below_the_table_once_and_in_the_csv()
    {
        FrontierPoint Warned(string key, params string[] warnings) => Point(key, 1.5) with { Report = Some.Report(.7, 1.5, 800) with { Warnings = warnings } };
        var view = Some.View() with { Points = [Warned("a", "it removed nothing"), Warned("b"), Warned("c", "other threads", "it removed nothing")] };
        using var output = new StringWriter();

        FrontierTable.Write(new CliContext { Output = output, Error = output, IsTerminal = false, Sessions = null! }, view);

        string[] lines = output.ToString().Split('\n');
        Assert.Equal(
            ["iterative-40 #1 (1)", "iterative-40 #1", "iterative-40 #1 (1) (2)"],
            lines.Where(l => l.Contains("iterative", StringComparison.Ordinal)).Select(l => l.Split('│')[2].Trim()));
        Assert.Equal(["(1) it removed nothing", "(2) other threads"], lines.Where(l => l.StartsWith('(')));
        Assert.Contains(",other threads; it removed nothing,", FrontierFiles.Csv(view).TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_original_that_was_pruned_before_is_not_pruned_and_its_relation_to_the_unpruned_network_is_said()
    {
        var original = Some.Point("dense", ScheduleKind.Base, 0, 0, Some.Report(.78, 1, 430) with { Unpruned = new(1000, 430) }); // a report of before: 57 %
        var pruned = Some.Point("one-shot-40", ScheduleKind.OneShot, .4, 1, Some.Report(.7, 1.5) with { Channels = new(400, 240), Unpruned = new(1000, 270) });
        using var output = new StringWriter();

        FrontierTable.Write(
            new CliContext { Output = output, Error = output, IsTerminal = false, Sessions = null! }, Some.View() with { Points = [original, pruned] });

        string[] rows = [.. output.ToString().Split('\n').Where(l => l.Contains(" % │", StringComparison.Ordinal)).Select(l => l.Split('│')[3].Trim())];
        Assert.Equal(["0 %", "40 %"], rows);
        Assert.Contains(
            "The original was pruned before: of all channels of the unpruned network, 57 % were gone.", output.ToString(), StringComparison.Ordinal);
        string[] csv = FrontierFiles.Csv(Some.View() with { Points = [original, pruned] }).Split('\n');
        Assert.Equal(["0", "0.4"], csv[1..3].Select(l => l.Split(',')[5]));
        Assert.Equal([.57, .73], csv[1..3].Select(l => Math.Round(double.Parse(l.Split(',')[^8], CultureInfo.InvariantCulture), 9)));
    }

    [Fact]
    public void How_much_an_accuracy_owes_to_the_pictures_stands_in_the_table_the_csv_and_the_picture()
    {
        var original = Some.Point("dense", ScheduleKind.Base, 0, 0, Some.Report(.78, 1) with { Map50Interval = new(.74, .82) });
        var pruned = Some.Point("one-shot-40", ScheduleKind.OneShot, .4, 1,
            Some.Report(.75, 1.5) with { Map50Interval = new(.70, .80), MapInterval = new(.3, .4), Map50BeyondDense = new(-.052, .004) });
        var view = Some.View() with { Points = [original, pruned] };
        using var output = new StringWriter();

        FrontierTable.Write(new CliContext { Output = output, Error = output, IsTerminal = false, Sessions = null! }, view);

        Assert.Contains("│ −3.0 [−5.2, +0.4] │", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("by itself is known to ±4.5 points here", output.ToString(), StringComparison.Ordinal);
        string[] csv = FrontierFiles.Csv(view).Split('\n');
        Assert.EndsWith(",map50_low,map50_high,map_low,map_high,map50_beyond_dense_low,map50_beyond_dense_high,input_size", csv[0], StringComparison.Ordinal);
        Assert.EndsWith(",0.74,0.82,,,,,", csv[1], StringComparison.Ordinal);
        Assert.EndsWith(",0.7,0.8,0.3,0.4,-0.052,0.004,", csv[2], StringComparison.Ordinal);
        var without = view with { Points = [.. view.Points.Select(p => p with { Report = p.Report with { Map50Interval = null, MapInterval = null } })] };
        Assert.NotEqual(FrontierPlot.Draw(without), FrontierPlot.Draw(view));
    }

    [Fact]
    public void Input_sizes_stand_in_the_table_where_they_differ()
    {
        FrontierPoint At(string name, int size) => Some.Point(name, ScheduleKind.OneShot, .2, 1, Some.Report(.78, 1) with { InputSize = size });
        string Table(params FrontierPoint[] points)
        {
            using var output = new StringWriter();
            FrontierTable.Write(new CliContext { Output = output, Error = output, IsTerminal = false, Sessions = null! }, Some.View() with { Points = points });
            return output.ToString();
        }

        Assert.Contains("│ sizes-224-one-shot-20 │   224 │", Table(At("one-shot-20", 300), At("sizes-224-one-shot-20", 224)), StringComparison.Ordinal);
        Assert.DoesNotContain("│ input │", Table(At("one-shot-20", 300), At("one-shot-40", 300)), StringComparison.Ordinal);
        Assert.EndsWith(",224", FrontierFiles.Csv(Some.View() with { Points = [At("small", 224)] }).TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public void Quantised_models_are_marked()
    {
        var point = Point("q", 2.5) with { Precision = FrontierPoints.QuantisedPrecision };

        Assert.EndsWith(" int8", PointNames.Of(point), StringComparison.Ordinal);
        Assert.Contains(",int8,false,", FrontierFiles.Csv(Some.View() with { Points = [point] }), StringComparison.Ordinal);
        Assert.NotEqual(
            FrontierPlot.Draw(Some.View() with { Points = [point] }),
            FrontierPlot.Draw(Some.View() with { Points = [point with { Precision = FrontierPoints.TrainedPrecision }] }));
    }

    [Fact]
    public void Devices_are_told_apart()
    {
        var report = Point("there", 2).Report;
        var latency = report.Latency with { Device = new("Another", "ONNX Runtime", 4, Spinning: true) };
        var there = Point("there", 2) with { Report = report with { Latency = latency } };
        using var output = new StringWriter();

        FrontierTable.Write(
            new CliContext { Output = output, Error = output, IsTerminal = false, Sessions = null! }, Some.View() with { Points = [Point("here", 1), there] });

        Assert.Contains("Measured on 2 devices", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("ONNX Runtime, 4 threads, spinning, Another", output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Objective.Latency, "speed-up")]
    [InlineData(Objective.Macs, "fewer MACs")]
    [InlineData(Objective.Parameters, "fewer parameters")]
    [InlineData(Objective.FileSize, "smaller as a file")]
    public void The_picture_is_drawn_over_what_is_weighed(Objective cost, string label)
    {
        var view = Some.View() with { Objectives = [Objective.Map, cost] };
        var axes = new PlotAxes(view);

        Assert.Contains(label, axes.XLabel, StringComparison.Ordinal);
        Assert.Contains("COCO", axes.YLabel, StringComparison.Ordinal);
        Assert.Equal(1, axes.X(view.Points[0]), 1e-9);
        Assert.Equal(cost == Objective.Latency ? 2.3 : 2.5, axes.X(view.Points[^1]), 1e-9); // 400 of 1000 channels
        Assert.Equal(.24, axes.Y(view.Points[^1]), 1e-9);
        Assert.NotEmpty(FrontierPlot.Draw(view));
    }

    private static FrontierPoint Point(string key, double speedUp) =>
        Some.Point("iterative-40", ScheduleKind.Iterative, .2, 1, Some.Report(.7, speedUp, 800) with { Key = Some.Key(key) });

    private static HashSet<string> Colours(byte[] png)
    {
        using var bitmap = SKBitmap.Decode(png);
        return [.. bitmap.Pixels.Select(p => p.ToString())];
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
