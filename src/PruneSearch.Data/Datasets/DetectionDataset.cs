namespace PruneSearch.Data.Datasets;

/// <summary>Pictures with annotated objects: one split of a data set.</summary>
public sealed record DetectionDataset
{
    private readonly Lazy<string> _hash;

    /// <summary>A data set; the properties say what it needs.</summary>
    public DetectionDataset() => _hash = new Lazy<string>(() => DatasetManifest.From(this).ComputeHash());

    // A copy with other values has another hash.
    private DetectionDataset(DetectionDataset original)
    {
        Name = original.Name;
        Root = original.Root;
        Classes = original.Classes;
        Samples = original.Samples;
        Warnings = original.Warnings;
        _hash = new Lazy<string>(() => DatasetManifest.From(this).ComputeHash());
    }

    /// <summary>What people call it.</summary>
    public required string Name { get; init; }

    /// <summary>Absolute path of the folder that the pictures' paths are relative to.</summary>
    public required string Root { get; init; }

    /// <summary>Class names; the background is not among them.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>The pictures, by image id.</summary>
    public required IReadOnlyList<DetectionSample> Samples { get; init; }

    /// <summary>What was left out or changed while reading, one line each.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>
    /// Identity of the content: SHA-256 over the classes and all samples with the hashes of their pictures, but neither the
    /// name nor the root folder. 64 hexadecimal digits.
    /// </summary>
    public string ManifestHash => _hash.Value;

    /// <summary>Objects in all pictures.</summary>
    public int ObjectCount => Samples.Sum(s => s.Objects.Count);

    /// <summary>Path of a picture.</summary>
    public string PathOf(DetectionSample sample) => Path.Combine(Root, sample.File);

    /// <summary>The same data set with only its first pictures.</summary>
    public DetectionDataset Take(int count) => this with { Samples = [.. Samples.Take(count)] };

    /// <summary>The form in which a data set is stored.</summary>
    /// <param name="storeFolder">Folder of the checkpoint store; <see langword="null"/> where it is none.</param>
    public DatasetManifest ToManifest(string? storeFolder = null) => DatasetManifest.From(this, storeFolder);
}
