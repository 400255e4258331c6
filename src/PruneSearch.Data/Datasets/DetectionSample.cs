namespace PruneSearch.Data.Datasets;

/// <summary>One picture and what is in it.</summary>
public sealed record DetectionSample
{
    /// <summary>Path of the picture relative to the root of the data set, with forward slashes.</summary>
    public required string File { get; init; }

    /// <summary>SHA-256 of the picture's bytes, 64 hexadecimal digits; empty when the data set was read without its pictures.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Width of the upright picture in pixels.</summary>
    public required int Width { get; init; }

    /// <summary>Height of the upright picture in pixels.</summary>
    public required int Height { get; init; }

    /// <summary>COCO image id; in other formats the position in the list of names, from 1.</summary>
    public required long ImageId { get; init; }

    /// <summary>The objects in the order of the annotation; empty for a picture that shows none.</summary>
    public required IReadOnlyList<ObjectAnnotation> Objects { get; init; }
}
