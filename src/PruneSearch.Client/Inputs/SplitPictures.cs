using System.Security.Cryptography;
using PruneSearch.Core.Files;
using PruneSearch.Core.Storage;
using PruneSearch.Data.Datasets;
using PruneSearch.Data.Images;

namespace PruneSearch.Client.Inputs;

/// <summary>The pictures of one split of a search that was launched: wherever this machine finds them, they are those of then.</summary>
public sealed class SplitPictures
{
    private readonly ICheckpointStore _store;
    private readonly IReadOnlyList<string> _roots;

    private SplitPictures(ICheckpointStore store, DatasetManifest manifest) =>
        (_store, Manifest, _roots) = (store, manifest, manifest.Roots(store.Folder));

    /// <summary>Names, sizes and annotated objects.</summary>
    public DatasetManifest Manifest { get; }

    /// <summary>Reads the manifest of a split, but no picture yet.</summary>
    /// <param name="store">Has its manifest, and pictures that were pushed.</param>
    /// <param name="manifest">Hash of the manifest, as stages and plans name it.</param>
    /// <exception cref="IOException">The manifest is not there or cannot be read.</exception>
    /// <exception cref="DatasetException">The manifest is damaged.</exception>
    public static async Task<SplitPictures> OpenAsync(ICheckpointStore store, string manifest, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        return new SplitPictures(store, await store.ReadManifestAsync(manifest, cancellation).ConfigureAwait(false));
    }

    /// <summary>The file of a picture, from the folder where it was read at launch or, where that is not seen, from the store.</summary>
    /// <param name="index">Its place in the split, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The split has fewer pictures.</exception>
    /// <exception cref="FileNotFoundException">The picture of then is in neither place.</exception>
    /// <exception cref="IOException">The store cannot be read.</exception>
    public async Task<byte[]> ReadAsync(int index, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Manifest.Samples.Count);
        var sample = Manifest.Samples[index];
        foreach (string root in _roots)
        {
            if (TryRead(Path.Combine(root, sample.File)) is { } content && IsOf(sample, content))
            {
                return content;
            }
        }
        if (sample.Sha256.Length > 0 && await _store.ExistsAsync(CheckpointNames.Picture(sample.Sha256), cancellation).ConfigureAwait(false))
        {
            using var pushed = new MemoryStream();
            var stream = await _store.OpenReadAsync(CheckpointNames.Picture(sample.Sha256), cancellation).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                await stream.CopyToAsync(pushed, cancellation).ConfigureAwait(false);
            }
            if (IsOf(sample, pushed.GetBuffer().AsSpan(0, (int)pushed.Length)))
            {
                return pushed.ToArray();
            }
        }
        throw new FileNotFoundException($"picture {sample.File} of data set '{Manifest.Name}' is neither where it was at launch nor in the checkpoint store");
    }

    private static bool IsOf(DetectionSample sample, ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content)) == sample.Sha256;

    private static byte[]? TryRead(string path)
    {
        try
        {
            return RegularFile.ReadAllBytes(path, ImageDecoder.MaxFileBytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
