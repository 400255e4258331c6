namespace PruneSearch.Data.Datasets;

/// <summary>Applies the rules for classes and boxes to whatever a format delivers, and counts what it changes.</summary>
internal sealed class AnnotationCollector
{
    // Rounding in annotation tools moves edges by up to a pixel beyond the picture; that is not worth a warning.
    private const double Tolerance = 1.0;

    private readonly Dictionary<string, int> _classes = new(StringComparer.Ordinal);
    private readonly bool _ignoreOthers;
    private readonly Findings _findings;

    public AnnotationCollector(IReadOnlyList<string> classes, bool ignoreOthers, string source, Findings findings)
    {
        _ignoreOthers = ignoreOthers;
        _findings = findings;
        Classes = classes;
        if (classes.Count == 0)
        {
            throw new DatasetException($"{source}: there are no classes, expected at least one");
        }
        for (int i = 0; i < classes.Count; i++)
        {
            if (string.IsNullOrWhiteSpace(classes[i]) || !_classes.TryAdd(classes[i], i))
            {
                throw new DatasetException($"{source}: class name '{classes[i]}' is empty or stands twice, expected distinct names");
            }
        }
    }

    public IReadOnlyList<string> Classes { get; }

    /// <summary>The object as it enters the data set, or <see langword="null"/> when it is left out.</summary>
    /// <param name="width">Of the picture, in pixels.</param>
    /// <param name="height">Of the picture, in pixels.</param>
    /// <exception cref="DatasetException">An unknown class or a coordinate that is no finite number.</exception>
    public ObjectAnnotation? Accept(StatedObject stated, int width, int height)
    {
        var (className, box, where) = stated;
        if (!_classes.TryGetValue(className, out int index))
        {
            if (!_ignoreOthers)
            {
                throw new DatasetException($"{where}: unknown class '{className}', expected one of: {string.Join(", ", Classes)}");
            }
            return Skip("of other classes skipped", where);
        }
        if (!double.IsFinite(box.X) || !double.IsFinite(box.Y) || !double.IsFinite(box.Width) || !double.IsFinite(box.Height))
        {
            throw new DatasetException($"{where}: the box has a coordinate that is no finite number");
        }
        if (!(box.Width > 0 && box.Height > 0))
        {
            return Skip("without area skipped", where);
        }
        var clipped = box.ClipTo(width, height);
        if (!(clipped.Area() > 0))
        {
            return Skip("outside the picture skipped", where);
        }
        if (Math.Abs(clipped.Width - box.Width) > Tolerance || Math.Abs(clipped.Height - box.Height) > Tolerance)
        {
            Count("clipped to the picture", where);
        }
        double area = stated.Area is { } own and > 0 && double.IsFinite(own) ? own : clipped.Area();
        return new ObjectAnnotation(index, clipped, area, stated.Difficult, stated.Crowd);
    }

    private ObjectAnnotation? Skip(string what, string where)
    {
        Count(what, where);
        return null;
    }

    private void Count(string what, string where) => _findings.Add($"box {what}", $"boxes {what}", where);
}
