using System.Globalization;
using PruneSearch.Cli.Plots;
using PruneSearch.Core.Settings;
using PruneSearch.Core.Stages;
using PruneSearch.Pruning.Sensitivity;
using ScottPlot;

namespace PruneSearch.Cli.Sensitivities;

/// <summary>Draws what pruning each group alone costs.</summary>
internal static class SensitivityPlot
{
    private const int FixedWidth = 480, FixedHeight = 190, CellWidth = 130, CellHeight = 30;

    /// <summary>A PNG picture: a row a group, a column a ratio, dark where mAP50 falls.</summary>
    public static byte[] Draw(IReadOnlyList<GroupSensitivity> rows, double whole, PruneSettings settings)
    {
        string[] groups = [.. rows.Select(r => r.Group).Distinct()];
        double[] ratios = [.. rows.Select(r => r.Ratio).Distinct()];
        double[,] loss = new double[groups.Length, ratios.Length];
        foreach (var row in rows)
        {
            loss[Array.IndexOf(groups, row.Group), Array.IndexOf(ratios, row.Ratio)] = whole - row.Accuracy;
        }
        using var plot = new Plot();
        PlotTheme.Apply(plot, "mAP50 lost when one group is pruned alone");
        double worst = Math.Max(rows.Max(r => whole - r.Accuracy), 0.02);
        var map = plot.Add.Heatmap(loss);
        map.Colormap = new ScottPlot.Colormaps.MellowRainbow();
        map.ManualRange = new ScottPlot.Range(0, worst);
        foreach (var row in rows)
        {
            double lost = whole - row.Accuracy;
            int column = Array.IndexOf(ratios, row.Ratio), fromTop = Array.IndexOf(groups, row.Group);
            var text = plot.Add.Text(string.Create(CultureInfo.InvariantCulture, $"{lost:0.000;+0.000;0.000}"), column, groups.Length - 1 - fromTop);
            text.LabelAlignment = Alignment.MiddleCenter;
            text.LabelFontSize = 14;
            text.LabelFontColor = Colors.Black;
        }
        plot.Axes.Left.SetTicks([.. groups.Select((_, i) => (double)(groups.Length - 1 - i))], groups);
        plot.Axes.Left.TickLabelStyle.FontSize = 14;
        plot.Axes.Bottom.SetTicks(
            [.. ratios.Select((_, i) => (double)i)], [.. ratios.Select(r => string.Create(CultureInfo.InvariantCulture, $"{r * 100:0.#} %"))]);
        plot.Axes.Bottom.TickLabelStyle.FontSize = 15;
        plot.XLabel($"channels removed · criterion {EnumNames.Of(settings.Criterion)}, " +
            $"{(settings.Compensate ? "compensated" : "not compensated")}, no fine-tuning", 15);
        plot.HideGrid();
        plot.Axes.Margins(0, 0);
        return plot.GetImageBytes(FixedWidth + CellWidth * ratios.Length, FixedHeight + CellHeight * groups.Length, ImageFormat.Png);
    }
}
