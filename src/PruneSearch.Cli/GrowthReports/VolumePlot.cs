using PruneSearch.Cli.Plots;
using PruneSearch.Core.Searches;
using ScottPlot;

namespace PruneSearch.Cli.GrowthReports;

/// <summary>Draws how the frontier's volume grew with the slot time that was spent.</summary>
internal static class VolumePlot
{
    private const int Width = 1000, Height = 520;

    /// <summary>The picture, as PNG.</summary>
    /// <param name="name">Name of the search.</param>
    /// <param name="curve">None where nothing has any volume.</param>
    /// <param name="spent">Slot time spent in all, in seconds: to there the last volume holds.</param>
    public static byte[] Draw(string name, IReadOnlyList<VolumePoint> curve, double spent)
    {
        double end = Math.Max(spent, curve.Count == 0 ? 0 : curve[^1].Seconds);
        var (unit, label) = end >= 2 * 3600 ? (3600.0, "hours") : end >= 120 ? (60.0, "minutes") : (1.0, "seconds");
        using var plot = new Plot();
        PlotTheme.Apply(plot, $"{name}: how the frontier grew", "hypervolume", $"slot time spent, {label}");
        // A step: the volume stays until the next report makes it grow.
        var xs = new List<double>();
        var ys = new List<double>();
        foreach (var point in curve.DefaultIfEmpty(new VolumePoint(0, 0, 0)))
        {
            if (ys.Count > 0)
            {
                xs.Add(point.Seconds / unit);
                ys.Add(ys[^1]);
            }
            xs.Add(point.Seconds / unit);
            ys.Add(point.Volume);
        }
        xs.Add(end / unit);
        ys.Add(ys[^1]);
        var line = plot.Add.ScatterLine(xs.ToArray(), ys.ToArray(), PlotTheme.After);
        line.LineWidth = 2.5f;
        plot.Axes.Margins(.04, .10);
        return plot.GetImageBytes(Width, Height, ImageFormat.Png);
    }
}
