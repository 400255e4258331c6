using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using PruneSearch.Core;

namespace PruneSearch.Data.Datasets;

/// <summary>
/// A data set as it stands in a checkpoint store: everything but the pictures themselves, so that a worker uses exactly
/// what was read and checked at launch.
/// </summary>
public sealed record DatasetManifest
{
    /// <summary>Version of this format.</summary>
    public const int CurrentFormat = 1;

    /// <summary>Format version of the JSON form.</summary>
    public int Format { get; init; } = CurrentFormat;

    /// <summary>What people call the data set.</summary>
    public required string Name { get; init; }

    /// <summary>Folder of the pictures on the machine that read the data set.</summary>
    public required string Root { get; init; }

    /// <summary>
    /// The same relative to the folder of the checkpoint store, so that a home that moves with its pictures finds them again;
    /// <see langword="null"/> where the store is no folder.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? RootFromStore { get; init; }

    /// <summary>Class names; an object's class is its place here.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>All pictures and their objects.</summary>
    public required IReadOnlyList<DetectionSample> Samples { get; init; }

    /// <summary>What was left out or changed while reading.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>The manifest of a data set.</summary>
    /// <param name="storeFolder">Folder of the checkpoint store that the manifest is for; <see langword="null"/> where it is none.</param>
    public static DatasetManifest From(DetectionDataset dataset, string? storeFolder = null) => new()
    {
        Name = dataset.Name,
        Root = dataset.Root,
        RootFromStore = storeFolder is null ? null : Path.GetRelativePath(storeFolder, dataset.Root),
        Classes = dataset.Classes,
        Samples = dataset.Samples,
        Warnings = dataset.Warnings,
    };

    /// <summary>Reads the JSON form.</summary>
    /// <param name="source">Where it comes from, for messages.</param>
    /// <param name="expectedHash">What <see cref="ComputeHash"/> must give; <see langword="null"/> accepts any content.</param>
    /// <exception cref="DatasetException">It is no manifest of a known version, or its content is another one.</exception>
    public static DatasetManifest FromJson(string json, string source, string? expectedHash = null)
    {
        DatasetManifest? manifest;
        try
        {
            manifest = JsonSerializer.Deserialize<DatasetManifest>(json, CoreJson.Readable);
        }
        catch (JsonException e)
        {
            throw new DatasetException($"{source}: no data set manifest: {e.Message}", e);
        }
        if (manifest is null or { Classes: null } or { Samples: null })
        {
            throw new DatasetException($"{source}: no data set manifest: it is null or lacks classes or samples");
        }
        if (manifest.Format != CurrentFormat)
        {
            throw new DatasetException($"{source}: manifest format {manifest.Format} is not known, expected {CurrentFormat}");
        }
        foreach (var sample in manifest.Samples)
        {
            Check(sample, manifest.Classes.Count, source);
        }
        string hash = manifest.ComputeHash();
        return expectedHash is null || expectedHash == hash
            ? manifest
            : throw new DatasetException($"{source}: the manifest's hash is {hash}, expected {expectedHash}");
    }

    /// <summary>The readable, versioned JSON form.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, CoreJson.Readable);

    /// <summary>SHA-256 of the classes and samples in canonical JSON: the same for the same content in any folder.</summary>
    public string ComputeHash()
    {
        var content = this with { Name = "", Root = "", RootFromStore = null, Warnings = [] };
        return Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(content, CoreJson.Canonical)));
    }

    /// <summary>Folders where the pictures may lie on this machine, absolute: where they were seen from the store, then where they were read.</summary>
    /// <param name="storeFolder">Folder of the checkpoint store; <see langword="null"/> where it is none.</param>
    public IReadOnlyList<string> Roots(string? storeFolder) =>
        storeFolder is null || RootFromStore is null ? [Path.GetFullPath(Root)]
            : [.. new[] { Path.GetFullPath(RootFromStore, storeFolder), Path.GetFullPath(Root) }.Distinct()];

    /// <summary>The data set that it describes, with its pictures in a folder of this machine.</summary>
    /// <param name="root">Where the pictures lie on this machine; <see langword="null"/> for where they were read.</param>
    public DetectionDataset ToDataset(string? root = null) => new()
    {
        Name = Name,
        Root = Path.GetFullPath(root ?? Root),
        Classes = Classes,
        Samples = Samples,
        Warnings = Warnings,
    };

    private static void Check(DetectionSample? sample, int classes, string source)
    {
        if (sample is null or { File: null } or { Objects: null } or { Width: < 1 } or { Height: < 1 })
        {
            throw new DatasetException($"{source}: a sample lacks its file, its objects or a size of at least 1×1");
        }
        ImageFolder.CheckRelative(sample.File, source);
        foreach (var item in sample.Objects)
        {
            if (item is null || item.Class < 0 || item.Class >= classes || !(item.Box.Area() > 0) || !double.IsFinite(item.Box.Area()))
            {
                throw new DatasetException($"{source}: {sample.File}: an object has no area or a class outside 0 to {classes - 1}");
            }
        }
    }
}
