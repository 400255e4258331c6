namespace PruneSearch.Data.Shapes;

/// <summary>What the procedural data set looks like.</summary>
public sealed record ShapesOptions
{
    /// <summary>Pictures of the training split, at least 1.</summary>
    public int Train { get; init; } = 400;

    /// <summary>Pictures of the validation split, at least 1.</summary>
    public int Validation { get; init; } = 100;

    /// <summary>Pictures of the test split, at least 0; 0 draws none. The other splits do not depend on it.</summary>
    public int Test { get; init; }

    /// <summary>Edge of the pictures in pixels, 32 to 2048.</summary>
    public int ImageSize { get; init; } = 128;

    /// <summary>Most objects in a picture, 1 to 16.</summary>
    public int MaxObjects { get; init; } = 3;

    /// <summary>Smallest object edge as a share of the picture's, above 0.</summary>
    public double MinEdge { get; init; } = 0.25;

    /// <summary>Largest object edge as a share of the picture's, at most 1.</summary>
    public double MaxEdge { get; init; } = 0.60;

    /// <summary>Same seed, same bytes (on the same platform).</summary>
    public long Seed { get; init; } = 1;
}
