using PruneSearch.Cli.Plots;
using ScottPlot;

namespace PruneSearch.Cli.Comparisons;

/// <summary>
/// Draws accuracy over latency of several searches: a colour a search, its frontier as a line, intervals over the choice of pictures as faint bars, times
/// that were asked for as upright lines.
/// </summary>
internal static class ComparisonPlot
{
    private const int Width = 1200, Height = 750;

    private static readonly Color[] Colors =
    [
        Color.FromHex("#2A6FBB"), Color.FromHex("#E07B39"), Color.FromHex("#3A8F5C"), Color.FromHex("#8A4FA3"), Color.FromHex("#B3202A"),
        Color.FromHex("#7A7A7A"),
    ];

    /// <summary>All models as PNG, with the frontier of each search.</summary>
    public static byte[] Draw(IReadOnlyList<ComparedModel> models, IEnumerable<double> within)
    {
        var region = UsefulRegion.Of(models.Select(m => new Coordinates(m.Milliseconds, m.Map50)));
        using var plot = new Plot();
        PlotTheme.Apply(plot, "Which detector to deploy", "mAP at IoU 0.5, validation split",
            "latency of one picture in ms, measured side by side (further left is faster)");
        Models(plot, models);
        foreach (double time in within)
        {
            plot.Add.VerticalLine(time, 1.5f, ScottPlot.Colors.Black.WithOpacity(.35), LinePattern.Dashed);
        }
        plot.Axes.Margins(.08, .14);
        var legend = plot.ShowLegend(Edge.Right);
        legend.Legend.FontSize = 15;
        if (region is { } part)
        {
            Inset.Focus(plot, part, legend);
        }
        byte[] picture = plot.GetImageBytes(Width, Height, ImageFormat.Png);
        return region is { } shown ? Inset.Add(picture, all => Models(all, models, Inset.Scale), shown) : picture;
    }

    private static void Models(Plot plot, IReadOnlyList<ComparedModel> models, float scale = 1)
    {
        int turn = 0;
        foreach (var search in models.GroupBy(m => m.Search))
        {
            var color = Colors[turn++ % Colors.Length];
            var on = ComparedModel.Frontier(search);
            var line = plot.Add.ScatterLine(on.Select(m => m.Milliseconds).ToArray(), on.Select(m => m.Map50).ToArray(), color);
            line.LineWidth = 2.5f;
            foreach (var m in search)
            {
                if (m.Map50Interval is { } interval)
                {
                    var bar = plot.Add.Line(m.Milliseconds, interval.Low, m.Milliseconds, interval.High);
                    (bar.LineColor, bar.LineWidth) = (color.WithOpacity(.3), 1.5f);
                }
            }
            double[] x = [.. search.Select(m => m.Milliseconds)], y = [.. search.Select(m => m.Map50)];
            plot.Add.Markers(x, y, MarkerShape.FilledCircle, 12 * scale, color).LegendText = search.Key;
            var originals = search.Where(m => m.Point.Iteration == 0).ToList();
            plot.Add.Markers(originals.Select(m => m.Milliseconds).ToArray(), originals.Select(m => m.Map50).ToArray(), MarkerShape.FilledDiamond, 20 * scale,
                color);
        }
    }
}
