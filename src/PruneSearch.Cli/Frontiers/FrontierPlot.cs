using System.Globalization;
using PruneSearch.Cli.Plots;
using PruneSearch.Core.Searches;
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
        using var plot = new Plot();
        plot.Font.Set(PlotTheme.Typeface());
        plot.Axes.Left.MinimumSize = 85; // large labels need room
        plot.Axes.Bottom.MinimumSize = 65;
        plot.Title($"{view.Name}: pruned detectors worth having", 22);
        plot.YLabel(axes.YLabel, 17);
        plot.XLabel(axes.XLabel, 17);
        plot.Grid.MajorLineColor = Colors.Black.WithOpacity(.08);
        Frontiers(plot, view, axes);
        foreach (var arm in Arms)
        {
            Markers(plot, [.. view.Points.Where(p => p.Schedule == arm.Kind && !p.IsQuantised)], axes, arm.Name, arm.Color, arm.Shape);
            Markers(plot, [.. view.Points.Where(p => p.Schedule == arm.Kind && p.IsQuantised)], axes, arm.Name + ", int8", arm.Color, arm.Quantised);
        }
        Slower(plot, [.. view.Points.Where(p => p.SlowerThanParent)], axes);
        var same = plot.Add.VerticalLine(1, 1.5f, Colors.Black.WithOpacity(.35), LinePattern.Dashed);
        same.LegendText = axes.SameLabel;
        Labels(plot, view, axes);
        plot.Axes.Margins(.10, .14);
        plot.ShowLegend(Edge.Right).Legend.FontSize = 15; // beside the data: no corner of theirs is empty for certain
        return plot.GetImageBytes(Width, Height, ImageFormat.Png);
    }

    // Speeds of different devices are not joined by a line.
    private static void Frontiers(Plot plot, FrontierView view, PlotAxes axes)
    {
        var frontiers = view.Points.Where(p => p.OnFrontier).GroupBy(p => axes.IsLatency ? p.Report.Latency.Device : null).Where(f => f.Count() > 1).ToList();
        LinePattern[] patterns = [LinePattern.Solid, LinePattern.Dashed, LinePattern.Dotted];
        for (int i = 0; i < frontiers.Count; i++)
        {
            var on = frontiers[i].OrderBy(axes.X).ToList();
            var line = plot.Add.ScatterLine(on.Select(axes.X).ToArray(), on.Select(axes.Y).ToArray(), Colors.Black.WithOpacity(.55));
            line.LineWidth = 2.5f;
            line.LinePattern = patterns[i % patterns.Length];
            line.LegendText = frontiers.Count == 1 ? "frontier" : $"frontier, {frontiers[i].Key!.Processor}";
        }
    }

    private static void Markers(Plot plot, IReadOnlyList<FrontierPoint> points, PlotAxes axes, string name, Color color, MarkerShape shape)
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
            points[0].Schedule == ScheduleKind.Base ? 20 : 14, color);
        markers.MarkerLineWidth = 2.5f;
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
    private static void Labels(Plot plot, FrontierView view, PlotAxes axes)
    {
        foreach (var p in view.Points.Where(p => p.Schedule is ScheduleKind.OneShot or ScheduleKind.Iterative
            && (p.OnFrontier || view.Points.Count <= FewPoints)))
        {
            bool above = p.Schedule == ScheduleKind.Iterative;
            var text = plot.Add.Text(string.Create(CultureInfo.InvariantCulture, $"{p.Ratio * 100:0.#} %"), axes.X(p), axes.Y(p));
            text.LabelFontSize = 14;
            text.LabelFontColor = Arms.First(a => a.Kind == p.Schedule).Color;
            text.LabelAlignment = above ? Alignment.LowerCenter : Alignment.UpperCenter;
            text.OffsetY = above ? -10 : 10;
        }
    }
}
