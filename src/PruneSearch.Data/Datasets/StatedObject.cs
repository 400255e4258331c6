namespace PruneSearch.Data.Datasets;

/// <summary>An object as an annotation states it; <see cref="AnnotationCollector"/> decides what becomes of it.</summary>
/// <param name="Class">Name of its class.</param>
/// <param name="Box">In pixels of the picture; it may reach beyond it.</param>
/// <param name="Where">File and place of the annotation, for messages.</param>
internal sealed record StatedObject(string Class, PixelBox Box, string Where)
{
    /// <summary>Pixels of the object itself; that of its box where the format does not say or it is no positive number.</summary>
    public double? Area { get; init; }

    /// <summary>Marked as hard to recognise.</summary>
    public bool Difficult { get; init; }

    /// <summary>A group of objects under one box.</summary>
    public bool Crowd { get; init; }
}
