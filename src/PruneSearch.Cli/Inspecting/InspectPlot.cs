using PruneSearch.Cli.Plots;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Networks;
using ScottPlot;

namespace PruneSearch.Cli.Inspecting;

/// <summary>Draws what each part costs, unpruned and now.</summary>
internal static class InspectPlot
{
    private const int Width = 1400, RowHeight = 26, Margins = 170;

    /// <summary>A PNG picture: MACs on the left, parameters on the right, parts from top to bottom.</summary>
    public static byte[] Draw(DetectorSpec spec, IReadOnlyList<PartCost> parts)
    {
        var both = new Multiplot();
        both.AddPlots(2);
        both.Layout = new ScottPlot.MultiplotLayouts.Columns();
        int number = parts.Count;
        Bars(both.Subplots.GetPlot(0), $"MACs of {spec.Architecture}", "million MACs a picture", parts, p => p.Macs / 1e6);
        Bars(both.Subplots.GetPlot(1), $"Parameters of {spec.Architecture}", "million parameters", parts, p => p.Parameters / 1e6);
        return both.Render(Width, Margins + number * RowHeight).GetImageBytes(ImageFormat.Png);
    }

    private static void Bars(Plot plot, string title, string unit, IReadOnlyList<PartCost> parts, Func<NetworkPart, double> value)
    {
        PlotTheme.Apply(plot, title);
        bool pruned = parts.Any(p => value(p.Dense) != value(p.Now));
        Add(parts.Select(p => value(p.Dense)), "unpruned", PlotTheme.Before, pruned ? .8 : .6);
        if (pruned)
        {
            Add(parts.Select(p => value(p.Now)), "now", PlotTheme.After, .5);
        }
        plot.Axes.Left.SetTicks([.. parts.Select((_, i) => (double)-i)], [.. parts.Select(p => p.Name)]);
        plot.Axes.Left.TickLabelStyle.FontSize = 13;
        plot.Axes.Left.MajorTickStyle.Length = 0;
        plot.XLabel(unit, 16);
        plot.HideGrid();
        plot.Axes.Margins(left: 0, right: .06, bottom: .02, top: .02);
        if (pruned)
        {
            plot.ShowLegend(Alignment.LowerRight).FontSize = 15;
        }

        void Add(IEnumerable<double> values, string name, Color color, double size)
        {
            var bars = plot.Add.Bars(values.Select((v, i) => new Bar { Position = -i, Value = v, Size = size, FillColor = color, LineWidth = 0 }).ToList());
            bars.Horizontal = true;
            bars.LegendText = name;
        }
    }
}
