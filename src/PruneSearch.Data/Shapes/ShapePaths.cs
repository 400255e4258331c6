using SkiaSharp;

namespace PruneSearch.Data.Shapes;

/// <summary>Outlines of the shapes, centred on the origin with radius 1.</summary>
internal static class ShapePaths
{
    public static readonly IReadOnlyList<string> Classes = ["circle", "square", "triangle", "star", "cross"];

    /// <summary>The outline of a class; the caller disposes it.</summary>
    public static SKPath Create(int classIndex) => Classes[classIndex] switch
    {
        "circle" => Circle(),
        "square" => Polygon([(-0.8f, -0.8f), (0.8f, -0.8f), (0.8f, 0.8f), (-0.8f, 0.8f)]),
        "triangle" => Polygon([.. Enumerable.Range(0, 3).Select(i => Around(i / 3.0, 1))]),
        "star" => Polygon([.. Enumerable.Range(0, 10).Select(i => Around(i / 10.0, i % 2 == 0 ? 1 : 0.45))]),
        _ => Polygon(
        [
            (-0.3f, -0.9f), (0.3f, -0.9f), (0.3f, -0.3f), (0.9f, -0.3f), (0.9f, 0.3f), (0.3f, 0.3f),
            (0.3f, 0.9f), (-0.3f, 0.9f), (-0.3f, 0.3f), (-0.9f, 0.3f), (-0.9f, -0.3f), (-0.3f, -0.3f),
        ]),
    };

    private static SKPath Circle()
    {
        var path = new SKPath();
        path.AddCircle(0, 0, 0.9f);
        return path;
    }

    private static SKPath Polygon((float X, float Y)[] points)
    {
        var path = new SKPath();
        path.AddPoly([.. points.Select(p => new SKPoint(p.X, p.Y))], close: true);
        return path;
    }

    private static (float X, float Y) Around(double turn, double radius) =>
        ((float)(radius * Math.Sin(turn * Math.Tau)), (float)(-radius * Math.Cos(turn * Math.Tau)));
}
