using ScottPlot;
using ScottPlot.Panels;
using SkiaSharp;

namespace PruneSearch.Cli.Plots;

/// <summary>All models in a small picture within a large one that shows the part that matters.</summary>
internal static class Inset
{
    private const int Width = 215, Height = 190, Side = 12, Below = 60;

    /// <summary>How large markers and lines are there, beside those of the large picture.</summary>
    public const float Scale = .5f;

    /// <summary>Shows only a part, and moves the legend out of the small picture's way.</summary>
    public static void Focus(Plot plot, AxisLimits region, LegendPanel legend)
    {
        plot.Axes.SetLimits(region);
        legend.Alignment = Alignment.UpperCenter;
    }

    /// <summary>Draws everything, and where in it the large picture lies, into the lower right corner, below the legend.</summary>
    /// <param name="picture">The large one, as PNG.</param>
    /// <param name="draw">Draws all models.</param>
    /// <param name="region">What the large picture shows.</param>
    public static byte[] Add(byte[] picture, Action<Plot> draw, AxisLimits region)
    {
        using var plot = new Plot();
        plot.Font.Set(PlotTheme.Typeface());
        plot.Title("all models", 13);
        plot.HideLegend();
        draw(plot);
        var frame = plot.Add.Rectangle(region.Rect);
        (frame.FillColor, frame.LineColor, frame.LineWidth) = (Colors.Transparent, Colors.Black.WithOpacity(.6), 1.5f);
        plot.Grid.MajorLineColor = Colors.Black.WithOpacity(.05);
        using var large = SKBitmap.Decode(picture);
        using var small = SKBitmap.Decode(plot.GetImageBytes(Width, Height, ImageFormat.Png));
        using (var canvas = new SKCanvas(large))
        {
            canvas.DrawBitmap(small, large.Width - Width - Side, large.Height - Height - Below);
        }
        using var data = large.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }
}
