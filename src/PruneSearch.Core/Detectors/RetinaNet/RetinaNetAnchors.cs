using PruneSearch.Core.Detectors.Rules;

namespace PruneSearch.Core.Detectors.RetinaNet;

/// <summary>
/// The anchors of RetinaNet (Lin et al. 2017, section 4) as torchvision lays them out: nine a position, by aspect ratio and then
/// by size, with whole pixels as half edges, centred at the corner of a position.
/// </summary>
internal static class RetinaNetAnchors
{
    private static readonly float[] AspectRatios = [0.5f, 1, 2]; // height over width
    private static readonly double[] Sizes = [1, Math.Pow(2, 1.0 / 3), Math.Pow(2, 2.0 / 3)];

    /// <summary>Anchors at each position of a level: every size in every aspect ratio.</summary>
    public static int PerPosition => AspectRatios.Length * Sizes.Length;

    /// <summary>All anchors in the order level, row, column, shape.</summary>
    /// <param name="inputSize">Edge of the input in pixels.</param>
    /// <param name="levels">Rows and columns of each level, the first at stride <paramref name="firstStride"/>, each next at twice that.</param>
    /// <param name="firstStride">Nominal stride of the first level in pixels.</param>
    /// <param name="scale">Edge of the smallest anchor in strides.</param>
    public static IReadOnlyList<ReferenceBox> Create(int inputSize, IReadOnlyList<(int Height, int Width)> levels, int firstStride, double scale)
    {
        var boxes = new List<ReferenceBox>();
        for (int level = 0; level < levels.Count; level++)
        {
            var (rows, columns) = levels[level];
            int stepY = inputSize / rows, stepX = inputSize / columns;
            var shapes = Shapes(scale * (firstStride << level));
            for (int y = 0; y < rows; y++)
            {
                for (int x = 0; x < columns; x++)
                {
                    boxes.AddRange(shapes.Select(s =>
                        new ReferenceBox((float)y * stepY / inputSize, (float)x * stepX / inputSize, s.Height / inputSize, s.Width / inputSize)));
                }
            }
        }
        return boxes;
    }

    private static (float Height, float Width)[] Shapes(double edge)
    {
        // The smallest edge may be a fraction; the larger ones are whole, as torchvision's users write them.
        float[] sizes = [.. Sizes.Select((s, i) => (float)(i == 0 ? edge : Math.Floor(edge * s)))];
        return [.. from ratio in AspectRatios
                   let height = MathF.Sqrt(ratio)
                   from size in sizes
                   select (2 * MathF.Round(height * size / 2), 2 * MathF.Round(1 / height * size / 2))];
    }
}
