using PruneSearch.Core.Stages;

namespace PruneSearch.Client.SearchFiles;

/// <summary>Where pictures and annotations come from. Paths are absolute.</summary>
public abstract record DataSource
{
    private DataSource()
    {
    }

    /// <summary>Class names in output order; <see langword="null"/> for those of the annotations.</summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>Whether objects of other classes are left out with a warning instead of refused.</summary>
    public bool IgnoreOtherClasses { get; init; }

    /// <summary>Bound of decoded training pictures kept in memory, in bytes; 0 keeps none.</summary>
    public long CacheBytes { get; init; } = DataSettings.DefaultCacheBytes;

    /// <summary>COCO JSON.</summary>
    public sealed record Coco(CocoSplit Train, CocoSplit Validation, CocoSplit? Test = null) : DataSource;

    /// <summary>Pascal VOC folders; the splits are names of lists under <c>ImageSets/Main</c>.</summary>
    public sealed record Voc(string Root, string Train, string Validation, string? Test = null) : DataSource;

    /// <summary>YOLO text labels; the splits are names of folders under <c>images</c> and <c>labels</c>.</summary>
    public sealed record Yolo(string Root, string Train, string Validation, string? Test = null) : DataSource;

    /// <summary>Drawn shapes; the splits are numbers of pictures, the size is their edge in pixels.</summary>
    public sealed record Shapes(int Train, int Validation, int Size, int Seed, int? Test = null) : DataSource;
}

/// <summary>One split in COCO format.</summary>
/// <param name="Annotations">The JSON file.</param>
/// <param name="Images">The folder that its file names are relative to.</param>
public sealed record CocoSplit(string Annotations, string Images);
