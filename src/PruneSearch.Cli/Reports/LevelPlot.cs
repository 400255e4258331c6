using PruneSearch.Cli.Plots;
using PruneSearch.Core.Comparisons;
using ScottPlot;

namespace PruneSearch.Cli.Reports;

/// <summary>Draws accuracy against level: a line an arm, with the spread over seeds as bars.</summary>
internal static class LevelPlot
{
    private const int Width = 1100, Height = 680;

    public static byte[] Draw(SearchResults results, string? variant, ArmColors colors)
    {
        using var plot = new Plot();
        PlotTheme.Apply(plot, $"{results.Plan.Name}{(variant is null ? "" : $", {variant}")}: accuracy against pruning level",
            $"mAP at IoU 0.5, {(results.OnTest ? "test" : "validation")} split", "pruning level, %");
        var pruned = results.Pruned(variant);
        var arms = colors.Arms.Select(arm => pruned.Where(a => a.Arm == arm).OrderBy(a => a.Level).ToList()).Where(a => a.Count > 0).ToList();
        double[] levels = [.. pruned.Select(a => a.Level * 100).Distinct().Order()];
        Reference(plot, results.Original, "dense original", ArmColors.Original, LinePattern.Dashed);
        Reference(plot, results.Control(variant), "dense control", ArmColors.Control, LinePattern.Dotted);
        // Arms stand a little beside one another, so that their bars do not cover each other.
        double apart = levels.Length < 2 ? 1 : (levels[^1] - levels[0]) / 60;
        for (int i = 0; i < arms.Count; i++)
        {
            Arm(plot, arms[i], colors.Of(arms[i][0].Arm), (i - (arms.Count - 1) / 2.0) * apart);
        }
        plot.Axes.Bottom.SetTicks(levels, [.. levels.Select(l => l.ToString("0.##", System.Globalization.CultureInfo.InvariantCulture))]);
        plot.Axes.Margins(.08, .10);
        if (levels.Length > 0)
        {
            double margin = levels.Length < 2 ? 5 : (levels[^1] - levels[0]) * .08;
            plot.Axes.SetLimitsX(levels[0] - margin, levels[^1] + margin);
        }
        plot.ShowLegend(Edge.Right).Legend.FontSize = 15;
        return plot.GetImageBytes(Width, Height, ImageFormat.Png);
    }

    private static void Reference(Plot plot, ArmResult? arm, string name, Color color, LinePattern pattern)
    {
        if (arm is null)
        {
            return;
        }
        var spread = arm.Map50;
        if (spread is { Count: > 1, Deviation: > 0 })
        {
            var band = plot.Add.VerticalSpan(spread.Mean - spread.Deviation, spread.Mean + spread.Deviation, color.WithOpacity(.10));
            band.LineStyle.Width = 0;
        }
        var line = plot.Add.HorizontalLine(spread.Mean, 2, color, pattern);
        line.LegendText = name;
    }

    private static void Arm(Plot plot, List<ArmResult> points, Color color, double shift)
    {
        double[] x = [.. points.Select(p => p.Level * 100 + shift)], y = [.. points.Select(p => p.Map50.Mean)];
        var line = plot.Add.Scatter(x, y, color);
        line.LineWidth = 2.5f;
        line.MarkerSize = 11;
        line.LegendText = points[0].Arm;
        double[] spread = [.. points.Select(p => p.Map50.Count < 2 ? 0 : p.Map50.Deviation)];
        if (spread.Any(s => s > 0))
        {
            var bars = plot.Add.ErrorBar(x, y, spread);
            bars.Color = color;
            bars.LineWidth = 2;
            bars.CapSize = 6;
        }
    }
}
