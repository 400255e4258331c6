using System.Globalization;
using PruneSearch.Cli.Plots;
using PruneSearch.Core.Comparisons;
using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Searches;
using ScottPlot;

namespace PruneSearch.Cli.Reports;

/// <summary>Draws accuracy over speed: a marker an arm and level (the mean over seeds), a faint dot a seed, the frontier of the means as a line.</summary>
internal static class SpeedPlot
{
    private const int Width = 1300, Height = 780;

    public static byte[] Draw(SearchResults results, ArmColors colors)
    {
        using var plot = new Plot();
        PlotTheme.Apply(plot, $"{results.Plan.Name}: accuracy over measured speed (numbers: pruning level in %)",
            $"mAP at IoU 0.5, {(results.OnTest ? "test" : "validation")} split", "speed-up over the dense original (times, larger is faster)");
        var labels = new PointLabels(plot, Width, Height);
        Frontier(plot, results, labels);
        foreach (string? variant in results.Variants)
        {
            foreach (string arm in colors.Arms)
            {
                string name = variant is null ? arm : $"{variant}, {arm}";
                Arms(plot, [.. results.Pruned(variant).Where(a => a.Arm == arm)], name, colors.Of(arm), colors.Shape(variant), 13, labels, named: true);
            }
        }
        Arms(plot, Distinct(results.Variants.Select(results.Control).OfType<ArmResult>()), "dense control", ArmColors.Control, MarkerShape.FilledTriangleDown,
            14, labels);
        Arms(plot, results.Original is { } o ? [o] : [], "dense original", ArmColors.Original, MarkerShape.FilledDiamond, 20,
            labels);
        plot.Axes.Margins(.07, .10);
        plot.ShowLegend(Edge.Right).Legend.FontSize = 14;
        labels.Draw(12);
        return plot.GetImageBytes(Width, Height, ImageFormat.Png);
    }

    private static void Frontier(Plot plot, SearchResults results, PointLabels labels)
    {
        bool[] on = ParetoFrontier.Of([.. results.Arms.Select(a => new[] { -a.SpeedUp, -a.Map50.Mean })]);
        var points = results.Arms.Where((_, i) => on[i]).OrderBy(a => a.SpeedUp).ToList();
        if (points.Count > 1)
        {
            var line = plot.Add.ScatterLine(points.Select(a => a.SpeedUp).ToArray(), points.Select(a => a.Map50.Mean).ToArray(), Colors.Black.WithOpacity(.5));
            line.LineWidth = 2.5f;
            line.LegendText = "frontier of the means";
            foreach (var (from, to) in points.Zip(points.Skip(1)))
            {
                labels.Avoid(new Coordinates(from.SpeedUp, from.Map50.Mean), new Coordinates(to.SpeedUp, to.Map50.Mean));
            }
        }
    }

    private static void Arms(
        Plot plot, List<ArmResult> arms, string name, Color color, MarkerShape shape, float size, PointLabels labels, bool named = false)
    {
        if (arms.Count == 0)
        {
            return;
        }
        var runs = arms.Where(a => a.Results.Count > 1).SelectMany(a => a.Results).ToList();
        if (runs.Count > 0)
        {
            plot.Add.Markers(runs.Select(r => r.SpeedUp).ToArray(), runs.Select(r => r.Map50).ToArray(), shape, size * .45f, color.WithOpacity(.35));
        }
        var markers = plot.Add.Markers(arms.Select(a => a.SpeedUp).ToArray(), arms.Select(a => a.Map50.Mean).ToArray(), shape, size, color);
        markers.LegendText = name;
        foreach (var a in arms)
        {
            labels.Avoid(a.SpeedUp, a.Map50.Mean, size);
            if (named)
            {
                labels.Add(a.SpeedUp, a.Map50.Mean, string.Create(CultureInfo.InvariantCulture, $"{a.Level * 100:0.##}"), color, size);
            }
        }
    }

    // Variants that train alike have one control.
    private static List<ArmResult> Distinct(IEnumerable<ArmResult> controls) =>
        [.. controls.DistinctBy(c => string.Join(',', c.Results.Select(r => r.Report.Key)))];
}
