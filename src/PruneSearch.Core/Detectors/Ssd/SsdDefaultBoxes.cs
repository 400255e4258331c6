using PruneSearch.Core.Detectors.Rules;

namespace PruneSearch.Core.Detectors.Ssd;

/// <summary>
/// The default boxes of SSD (Liu et al. 2016, section 2.2) as TensorFlow's object detection API lays them out: scales
/// spaced evenly over the levels, six shapes a position, three on the first level.
/// </summary>
public static class SsdDefaultBoxes
{
    private const double MinScale = 0.2, MaxScale = 0.95, FirstLevelExtraScale = 0.1;
    private static readonly double[] AspectRatios = [1.0, 2.0, 0.5, 3.0, 0.3333];

    /// <summary>Default boxes a position of a level.</summary>
    public static int PerPosition(int level) => level == 0 ? 3 : AspectRatios.Length + 1;

    /// <summary>All boxes in the order level, row, column, shape.</summary>
    /// <param name="sizes">Rows and columns of each level, at least two levels.</param>
    public static IReadOnlyList<ReferenceBox> Create(IReadOnlyList<(int Height, int Width)> sizes)
    {
        var boxes = new List<ReferenceBox>();
        for (int level = 0; level < sizes.Count; level++)
        {
            var (height, width) = sizes[level];
            var shapes = Shapes(level, sizes.Count);
            for (int y = 0; y < height; y++)
            {
                for (int x = 0; x < width; x++)
                {
                    boxes.AddRange(shapes.Select(s => new ReferenceBox((y + 0.5f) / height, (x + 0.5f) / width, s.Height, s.Width)));
                }
            }
        }
        return boxes;
    }

    /// <summary>
    /// The boxes for weights that were trained at another input size: of the same sizes in pixels, and as far from where the network looks. Padding
    /// at the edges, which depends on whether a map's edge is odd, moves that by up to half a position.
    /// </summary>
    /// <param name="boxes">The boxes of <see cref="Create"/> at the input size.</param>
    /// <param name="levels">How each level looks at the input at that size.</param>
    /// <param name="trained">How it does at the size that the weights were trained for.</param>
    internal static IReadOnlyList<ReferenceBox> Moved(IReadOnlyList<ReferenceBox> boxes, IReadOnlyList<LevelView> levels, IReadOnlyList<LevelView> trained)
    {
        var moved = new List<ReferenceBox>(boxes.Count);
        for (int level = 0; level < levels.Count; level++)
        {
            var (own, there) = (levels[level], trained[level]);
            float shift = (float)((there.Ahead - own.Ahead) / own.InputSize), scale = (float)there.InputSize / own.InputSize;
            moved.AddRange(boxes.Skip(moved.Count).Take(own.Positions * PerPosition(level)).Select(b =>
                new ReferenceBox(b.CenterY + shift, b.CenterX + shift, b.Height * scale, b.Width * scale)));
        }
        return moved;
    }

    private static (float Height, float Width)[] Shapes(int level, int levels)
    {
        double Scale(int k) => k < levels ? MinScale + (MaxScale - MinScale) * k / (levels - 1) : 1.0;
        static (float, float) Shape(double scale, double aspect) => ((float)(scale / Math.Sqrt(aspect)), (float)(scale * Math.Sqrt(aspect)));
        double scale = Scale(level);
        return level == 0
            ? [Shape(FirstLevelExtraScale, 1.0), Shape(scale, 2.0), Shape(scale, 0.5)]
            : [.. AspectRatios.Select(a => Shape(scale, a)), Shape(Math.Sqrt(scale * Scale(level + 1)), 1.0)];
    }
}
