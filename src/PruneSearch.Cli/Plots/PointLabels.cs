using ScottPlot;

namespace PruneSearch.Cli.Plots;

/// <summary>Labels of a picture's points, placed so that none covers a marker or another label. The axes are fixed by that.</summary>
/// <param name="plot">The picture, with everything else in it.</param>
/// <param name="width">Pixels that it will have.</param>
/// <param name="height">Pixels that it will have.</param>
internal sealed class PointLabels(Plot plot, int width, int height)
{
    private const float Step = 4;

    private readonly List<(double X, double Y, float Size)> _markers = [];
    private readonly List<(Coordinates From, Coordinates To)> _lines = [];
    private readonly List<(double X, double Y, string Text, Color Color, float Size, bool Below)> _labels = [];

    /// <summary>A marker that must stay visible.</summary>
    public void Avoid(double x, double y, float size) => _markers.Add((x, y, size));

    /// <summary>A line that must stay visible.</summary>
    public void Avoid(Coordinates from, Coordinates to) => _lines.Add((from, to));

    /// <summary>A label, those that matter most first.</summary>
    public void Add(double x, double y, string text, Color color, float markerSize, bool below = false) => _labels.Add((x, y, text, color, markerSize, below));

    /// <summary>Draws those that find a place.</summary>
    /// <param name="fontSize">Size of the letters.</param>
    public void Draw(float fontSize)
    {
        plot.RenderInMemory(width, height); // only now it is known where things lie
        plot.Axes.SetLimits(plot.Axes.GetLimits());
        var rect = plot.LastRender.DataRect;
        var area = new PixelBounds(rect.Left, rect.Top, rect.Right, rect.Bottom);
        using var paint = Paint.NewDisposablePaint();
        var labels = _labels.ConvertAll(l =>
        {
            var at = plot.GetPixel(new Coordinates(l.X, l.Y));
            var size = new LabelStyle { Text = l.Text, FontSize = fontSize, FontName = PlotTheme.Typeface() }.Measure(paint).Size;
            return new LabelPlacement.Label(at.X, at.Y, l.Size / 2, size.Width, size.Height, l.Below);
        });
        var markers = _markers.Select(m => (At: plot.GetPixel(new Coordinates(m.X, m.Y)), m.Size))
            .Select(m => PixelBounds.Around(m.At.X, m.At.Y, m.Size, m.Size));
        var places = LabelPlacement.Place(labels, [.. markers, .. _lines.SelectMany(l => Along(plot.GetPixel(l.From), plot.GetPixel(l.To)))], area);
        for (int i = 0; i < labels.Count; i++)
        {
            if (places[i] is { } place)
            {
                var (l, at) = (_labels[i], labels[i]);
                var text = plot.Add.Text(l.Text, l.X, l.Y);
                text.LabelFontSize = fontSize;
                text.LabelFontColor = l.Color;
                text.LabelAlignment = Alignment.MiddleCenter;
                (text.OffsetX, text.OffsetY) = ((float)(place.X - at.X), (float)(place.Y - at.Y));
            }
        }
    }

    // A line as squares along it.
    private static IEnumerable<PixelBounds> Along(Pixel from, Pixel to)
    {
        int steps = Math.Clamp((int)(Math.Max(Math.Abs(to.X - from.X), Math.Abs(to.Y - from.Y)) / Step), 1, 2000);
        return Enumerable.Range(0, steps + 1).Select(i => (float)i / steps)
            .Select(t => PixelBounds.Around(from.X + t * (to.X - from.X), from.Y + t * (to.Y - from.Y), Step, Step));
    }
}
