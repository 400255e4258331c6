using System.Globalization;
using PruneSearch.Cli.Plots;
using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Searches;
using ScottPlot;

namespace PruneSearch.Cli.Frontiers;

/// <summary>Draws accuracy over speed: one marker a model, the frontier as a line, the original marked.</summary>
internal static class FrontierPlot
{
    private const int Width = 1200, Height = 750, FewPoints = 24;

    private static readonly (ScheduleKind Kind, string Name, Color Color, MarkerShape Shape)[] Arms =
    [
        (ScheduleKind.OneShot, "one-shot", Color.FromHex("#E07B39"), MarkerShape.FilledSquare),
        (ScheduleKind.Iterative, "iterative", Color.FromHex("#2A6FBB"), MarkerShape.FilledCircle),
        (ScheduleKind.DenseControl, "dense control", Color.FromHex("#7A7A7A"), MarkerShape.FilledTriangleUp),
        (ScheduleKind.Base, "original", Color.FromHex("#B3202A"), MarkerShape.FilledDiamond),
    ];

    /// <summary>A PNG picture.</summary>
    public static byte[] Draw(FrontierView view)
    {
        using var plot = new Plot();
        plot.Font.Set(PlotTheme.Typeface());
        plot.Axes.Left.MinimumSize = 85; // large labels need room
        plot.Axes.Bottom.MinimumSize = 65;
        plot.Title($"{view.Name}: pruned detectors worth having", 22);
        plot.YLabel("mAP at IoU 0.5, validation split", 17);
        plot.XLabel(XLabel(view), 17);
        plot.Grid.MajorLineColor = Colors.Black.WithOpacity(.08);
        Frontier(plot, view);
        foreach (var arm in Arms)
        {
            Markers(plot, [.. view.Points.Where(p => p.Schedule == arm.Kind)], arm.Name, arm.Color, arm.Shape);
        }
        var same = plot.Add.VerticalLine(1, 1.5f, Colors.Black.WithOpacity(.35), LinePattern.Dashed);
        same.LegendText = "as fast as the original";
        Labels(plot, view);
        plot.Axes.Margins(.10, .14);
        var legend = plot.ShowLegend(view.Points.Count > 0 && IsFalling(view) ? Alignment.UpperRight : Alignment.LowerRight);
        legend.FontSize = 15;
        return plot.GetImageBytes(Width, Height, ImageFormat.Png);
    }

    private static string XLabel(FrontierView view)
    {
        const string text = "speed-up over the original (times, larger is faster)";
        return view.Points.Count == 0 ? text : $"{text} · {view.Points[0].Report.Latency.Device.Engine}, {view.Points[0].Report.Latency.Device.Threads} thread(s), batch 1";
    }

    private static void Frontier(Plot plot, FrontierView view)
    {
        var on = view.Points.Where(p => p.OnFrontier).OrderBy(X).ToList();
        if (on.Count > 1)
        {
            var line = plot.Add.ScatterLine(on.Select(X).ToArray(), on.Select(Y).ToArray(), Colors.Black.WithOpacity(.55));
            line.LineWidth = 2.5f;
            line.LegendText = "frontier";
        }
    }

    private static void Markers(Plot plot, IReadOnlyList<FrontierPoint> points, string name, Color color, MarkerShape shape)
    {
        if (points.Count == 0)
        {
            return;
        }
        foreach (var p in points.Where(p => p.Schedule != ScheduleKind.Base && p.Report.Latency.SpeedUpHigh > p.Report.Latency.SpeedUpLow))
        {
            var l = p.Report.Latency;
            var interval = plot.Add.Line(l.SpeedUpLow, Y(p), l.SpeedUpHigh, Y(p));
            interval.LineColor = color.WithOpacity(.45);
            interval.LineWidth = 2;
        }
        var markers = plot.Add.Markers(points.Select(X).ToArray(), points.Select(Y).ToArray(), shape, points[0].Schedule == ScheduleKind.Base ? 20 : 14, color);
        markers.LegendText = name;
    }

    // Few points carry their target ratio; of many, only those on the frontier.
    private static void Labels(Plot plot, FrontierView view)
    {
        foreach (var p in view.Points.Where(p => p.Schedule is ScheduleKind.OneShot or ScheduleKind.Iterative && (p.OnFrontier || view.Points.Count <= FewPoints)))
        {
            bool above = p.Schedule == ScheduleKind.Iterative;
            var text = plot.Add.Text(string.Create(CultureInfo.InvariantCulture, $"{p.Ratio * 100:0.#} %"), X(p), Y(p));
            text.LabelFontSize = 14;
            text.LabelFontColor = Arms.First(a => a.Kind == p.Schedule).Color;
            text.LabelAlignment = above ? Alignment.LowerCenter : Alignment.UpperCenter;
            text.OffsetY = above ? -10 : 10;
        }
    }

    private static bool IsFalling(FrontierView view)
    {
        var left = view.Points.MinBy(X)!;
        var right = view.Points.MaxBy(X)!;
        return Y(right) < Y(left);
    }

    private static double X(FrontierPoint p) => p.Report.Latency.SpeedUp;

    private static double Y(FrontierPoint p) => p.Report.Map50;
}
