using ScottPlot;
using SkiaSharp;

namespace PruneSearch.Cli.Plots;

/// <summary>What all pictures of this command have in common.</summary>
internal static class PlotTheme
{
    private static readonly string[] SansSerif = ["Open Sans", "Noto Sans", "DejaVu Sans", "Liberation Sans", "Helvetica Neue", "Segoe UI", "Arial"];

    /// <summary>Colour of what is measured against: the unpruned detector.</summary>
    public static readonly Color Before = Color.FromHex("#B9C2CC");

    public static readonly Color After = Color.FromHex("#2A6FBB");

    /// <summary>Gives a plot readable letters and a title.</summary>
    public static void Apply(Plot plot, string title)
    {
        plot.Font.Set(Typeface());
        plot.Title(title, 20);
        plot.Grid.MajorLineColor = Colors.Black.WithOpacity(.08);
    }

    /// <summary>Gives a plot readable letters, a title, and names of its axes.</summary>
    public static void Apply(Plot plot, string title, string left, string bottom)
    {
        Apply(plot, title);
        plot.Axes.Left.MinimumSize = 85; // large labels need room
        plot.Axes.Bottom.MinimumSize = 65;
        plot.YLabel(left, 17);
        plot.XLabel(bottom, 17);
    }

    /// <summary>A sans-serif typeface that is installed: without this, the first of the system is taken, often a serif one.</summary>
    public static string Typeface()
    {
        var installed = SKFontManager.Default.FontFamilies.ToHashSet(StringComparer.OrdinalIgnoreCase);
        return SansSerif.FirstOrDefault(installed.Contains) ?? Fonts.Default;
    }
}
