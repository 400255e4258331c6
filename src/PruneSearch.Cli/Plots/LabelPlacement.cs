namespace PruneSearch.Cli.Plots;

/// <summary>A rectangle in pixels, y downwards.</summary>
internal readonly record struct PixelBounds(double Left, double Top, double Right, double Bottom)
{
    /// <summary>The rectangle of a size around a point.</summary>
    public static PixelBounds Around(double x, double y, double width, double height) => new(x - width / 2, y - height / 2, x + width / 2, y + height / 2);

    /// <summary>Whether two have more than an edge in common.</summary>
    public bool Overlaps(PixelBounds other) => Left < other.Right && other.Left < Right && Top < other.Bottom && other.Top < Bottom;

    /// <summary>Whether another one lies within.</summary>
    public bool Holds(PixelBounds other) => other.Left >= Left && other.Right <= Right && other.Top >= Top && other.Bottom <= Bottom;
}

/// <summary>
/// Finds places for labels beside their points: each takes the first of eight places around its point that is free. One that finds none
/// is left out, so that what is drawn can be read; labels that matter most come first.
/// </summary>
internal static class LabelPlacement
{
    private const double Gap = 3;

    // Above, below, right, left, then the corners.
    private static readonly (int X, int Y)[] Sides = [(0, -1), (0, 1), (1, 0), (-1, 0), (1, -1), (1, 1), (-1, -1), (-1, 1)];

    /// <summary>A label to place.</summary>
    /// <param name="X">Its point.</param>
    /// <param name="Y">Its point, downwards.</param>
    /// <param name="Radius">Half of the size of the point's marker.</param>
    /// <param name="Width">Size of the text.</param>
    /// <param name="Height">Size of the text.</param>
    /// <param name="Below">Whether the place below is tried before the one above.</param>
    public readonly record struct Label(double X, double Y, double Radius, double Width, double Height, bool Below = false);

    /// <summary>Places labels one after the other.</summary>
    /// <param name="labels">In order of what they matter.</param>
    /// <param name="obstacles">What must stay visible.</param>
    /// <param name="area">Where labels may be.</param>
    /// <returns>Where the middle of each is; <see langword="null"/> for those that found no place.</returns>
    public static IReadOnlyList<(double X, double Y)?> Place(IReadOnlyList<Label> labels, IEnumerable<PixelBounds> obstacles, PixelBounds area)
    {
        var taken = obstacles.ToList();
        var placed = new (double X, double Y)?[labels.Count];
        for (int i = 0; i < placed.Length; i++)
        {
            var label = labels[i];
            foreach (var (sideX, sideY) in Sides)
            {
                double x = label.X + sideX * (label.Radius + Gap + label.Width / 2);
                double y = label.Y + (label.Below ? -sideY : sideY) * (label.Radius + Gap + label.Height / 2);
                var bounds = PixelBounds.Around(x, y, label.Width, label.Height);
                if (area.Holds(bounds) && !taken.Exists(bounds.Overlaps))
                {
                    taken.Add(bounds);
                    placed[i] = (x, y);
                    break;
                }
            }
        }
        return placed;
    }
}
