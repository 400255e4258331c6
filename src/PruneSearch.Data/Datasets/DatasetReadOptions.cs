namespace PruneSearch.Data.Datasets;

/// <summary>How thoroughly pictures are looked at while a data set is read.</summary>
public enum ImageCheck
{
    /// <summary>Not at all: the pictures need not even be there. For scoring detections against annotations.</summary>
    None,

    /// <summary>Every picture is read and its content hashed.</summary>
    Hash,

    /// <summary>They are hashed and decoded completely, and their size is compared with the annotation.</summary>
    Decode,
}

/// <summary>How a data set is read.</summary>
public sealed record DatasetReadOptions
{
    /// <summary>What people call the data set; <see langword="null"/> for the name of its file or folder.</summary>
    public string? Name { get; init; }

    /// <summary>
    /// Class names in the order of the detector's outputs; <see langword="null"/> for those of the annotations (COCO: by
    /// category id, VOC: by name, YOLO: as in its list of names).
    /// </summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>Whether objects of classes that are not in <see cref="Classes"/> are left out with a warning instead of refused.</summary>
    public bool IgnoreOtherClasses { get; init; }

    /// <summary>How the pictures are checked.</summary>
    public ImageCheck Check { get; init; } = ImageCheck.Decode;

    /// <summary>Threads that hash and decode pictures, 1 to 64.</summary>
    public int Threads { get; init; } = 2;
}
