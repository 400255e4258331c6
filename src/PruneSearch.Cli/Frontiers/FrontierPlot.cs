using System.Globalization;
using PruneSearch.Cli.Plots;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using ScottPlot;

namespace PruneSearch.Cli.Frontiers;

/// <summary>Draws accuracy over speed (or another cost): one marker a model, the frontier as a line, the original marked.</summary>
internal static class FrontierPlot
{
    private const int Width = 1200, Height = 750, FewPoints = 24;

    private static readonly (ScheduleKind Kind, string Name, Color Color, MarkerShape Shape, MarkerShape Quantised)[] Arms =
    [
        (ScheduleKind.OneShot, "one-shot", Color.FromHex("#E07B39"), MarkerShape.FilledSquare, MarkerShape.OpenSquare),
        (ScheduleKind.Iterative, "iterative", Color.FromHex("#2A6FBB"), MarkerShape.FilledCircle, MarkerShape.OpenCircle),
        (ScheduleKind.DenseControl, "dense control", Color.FromHex("#7A7A7A"), MarkerShape.FilledTriangleUp, MarkerShape.OpenTriangleUp),
        (ScheduleKind.Base, "original", Color.FromHex("#B3202A"), MarkerShape.FilledDiamond, MarkerShape.OpenDiamond),
    ];

    public static byte[] Draw(FrontierView view)
    {
        var axes = new PlotAxes(view);
        var region = UsefulRegion.Of(view.Points.Select(p => new Coordinates(axes.X(p), axes.Y(p))));
        using var plot = new Plot();
        PlotTheme.Apply(plot, $"{view.Name}: pruned detectors worth having", axes.YLabel, axes.XLabel);
        Models(plot, view, axes);
        var same = plot.Add.VerticalLine(1, 1.5f, Colors.Black.WithOpacity(.35), LinePattern.Dashed);
        same.LegendText = axes.SameLabel;
        plot.Axes.Margins(.10, .14);
        var legend = plot.ShowLegend(Edge.Right); // beside the data: no corner of theirs is empty for certain
        legend.Legend.FontSize = 15;
        if (region is { } part)
        {
            Inset.Focus(plot, part, legend);
        }
        Labels(plot, [.. view.Points.Where(p => region?.Contains(axes.X(p), axes.Y(p)) ?? true)], view, axes);
        byte[] picture = plot.GetImageBytes(Width, Height, ImageFormat.Png);
        return region is { } shown ? Inset.Add(picture, all => Models(all, view, axes, Inset.Scale), shown) : picture;
    }

    private static void Models(Plot plot, FrontierView view, PlotAxes axes, float scale = 1)
    {
        Frontiers(plot, view, axes);
        foreach (var arm in Arms)
        {
            Markers(plot, [.. view.Points.Where(p => p.Schedule == arm.Kind && !p.IsQuantised)], axes, arm.Name, arm.Color, arm.Shape, scale);
            Markers(plot, [.. view.Points.Where(p => p.Schedule == arm.Kind && p.IsQuantised)], axes, arm.Name + ", int8", arm.Color, arm.Quantised, scale);
        }
        if (scale == 1)
        {
            Slower(plot, [.. view.Points.Where(p => p.SlowerThanParent)], axes);
        }
    }

    // Speeds of different devices are not joined by a line.
    private static void Frontiers(Plot plot, FrontierView view, PlotAxes axes)
    {
        var frontiers = FrontiersOf(view, axes);
        LinePattern[] patterns = [LinePattern.Solid, LinePattern.Dashed, LinePattern.Dotted];
        for (int i = 0; i < frontiers.Count; i++)
        {
            var on = frontiers[i].Points;
            var line = plot.Add.ScatterLine(on.Select(axes.X).ToArray(), on.Select(axes.Y).ToArray(), Colors.Black.WithOpacity(.55));
            line.LineWidth = 2.5f;
            line.LinePattern = patterns[i % patterns.Length];
            line.LegendText = frontiers.Count == 1 ? "frontier" : $"frontier, {frontiers[i].Device!.Processor}";
        }
    }

    private static List<(MeasuringDevice? Device, List<FrontierPoint> Points)> FrontiersOf(FrontierView view, PlotAxes axes) =>
        [.. view.Points.Where(p => p.OnFrontier).GroupBy(p => axes.IsLatency ? p.Report.Latency.Device : null).Where(f => f.Count() > 1)
            .Select(f => (f.Key, f.OrderBy(axes.X).ToList()))];

    private static void Markers(Plot plot, IReadOnlyList<FrontierPoint> points, PlotAxes axes, string name, Color color, MarkerShape shape,
        float scale)
    {
        if (points.Count == 0)
        {
            return;
        }
        foreach (var (p, interval) in points.Select(p => (p, axes.YInterval(p))))
        {
            if (interval is { } accuracy)
            {
                Interval(plot, axes.X(p), accuracy.Low, axes.X(p), accuracy.High, color.WithOpacity(.25));
            }
        }
        foreach (var p in points.Where(p => axes.IsLatency && p.Report.Latency.SpeedUpHigh > p.Report.Latency.SpeedUpLow
            && (p.Schedule != ScheduleKind.Base || p.IsQuantised)))
        {
            var l = p.Report.Latency;
            Interval(plot, l.SpeedUpLow, axes.Y(p), l.SpeedUpHigh, axes.Y(p), color.WithOpacity(.45));
        }
        var markers = plot.Add.Markers(points.Select(axes.X).ToArray(), points.Select(axes.Y).ToArray(), shape,
            MarkerSize(points[0]) * scale, color);
        markers.MarkerLineWidth = 2.5f * scale;
        markers.LegendText = name;
    }

    private static void Interval(Plot plot, double x1, double y1, double x2, double y2, Color color)
    {
        var line = plot.Add.Line(x1, y1, x2, y2);
        line.LineColor = color;
        line.LineWidth = 2;
    }

    private static void Slower(Plot plot, IReadOnlyList<FrontierPoint> points, PlotAxes axes)
    {
        if (points.Count > 0)
        {
            var rings = plot.Add.Markers(points.Select(axes.X).ToArray(), points.Select(axes.Y).ToArray(), MarkerShape.OpenCircle, 26,
                Color.FromHex("#D00000"));
            rings.MarkerLineWidth = 2;
            rings.LegendText = "slower than its parent";
        }
    }

    // Few points carry their target ratio; of many, only those on the frontier.
    private static void Labels(Plot plot, IReadOnlyList<FrontierPoint> visible, FrontierView view, PlotAxes axes)
    {
        var labels = new PointLabels(plot, Width, Height);
        foreach (var p in visible.Where(p => !double.IsNaN(axes.X(p))))
        {
            labels.Avoid(axes.X(p), axes.Y(p), MarkerSize(p));
        }
        foreach (var p in visible.Where(p => p.Schedule is ScheduleKind.OneShot or ScheduleKind.Iterative
            && (p.OnFrontier || view.Points.Count <= FewPoints)).OrderByDescending(p => p.OnFrontier))
        {
            labels.Add(axes.X(p), axes.Y(p), string.Create(CultureInfo.InvariantCulture, $"{p.Ratio * 100:0.#} %"),
                Arms.First(a => a.Kind == p.Schedule).Color, MarkerSize(p), below: p.Schedule != ScheduleKind.Iterative);
        }
        foreach (var (from, to) in FrontiersOf(view, axes).SelectMany(f => f.Points.Zip(f.Points.Skip(1))))
        {
            labels.Avoid(new Coordinates(axes.X(from), axes.Y(from)), new Coordinates(axes.X(to), axes.Y(to)));
        }
        labels.Draw(14);
    }

    private static float MarkerSize(FrontierPoint p) => p.Schedule == ScheduleKind.Base ? 20 : 14;
}
