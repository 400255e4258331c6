using System.Security.Cryptography;
using PruneSearch.Core.Files;
using PruneSearch.Core.Storage;
using PruneSearch.Data.Datasets;
using PruneSearch.Data.Images;

namespace PruneSearch.Client.Inputs;

/// <summary>
/// Puts pictures into a checkpoint store, by the hash of their content, for workers that do not see the folder of the data set.
/// Pushing again sends only what is new; a picture that two data sets share is stored once.
/// </summary>
/// <param name="progress">Told after each picture, from several threads.</param>
public sealed class PicturePush(ICheckpointStore store, Action<PushedPictures>? progress = null)
{
    private const int Parallelism = 16;
    private readonly Lock _counting = new();
    private PushedPictures _pushed = new(0, 0, 0);

    /// <summary>All pictures in a folder and the folders in it, see <see cref="PictureFiles"/>.</summary>
    /// <exception cref="IOException">The folder is missing or has no pictures, a picture cannot be read, or the store cannot be written.</exception>
    public Task<PushedPictures> PushAsync(string folder, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return PushAsync([.. PictureFiles.In(folder).Select(f => Path.Combine(folder, f))], _ => null, cancellation);
    }

    /// <summary>The pictures of a data set.</summary>
    /// <exception cref="IOException">A picture cannot be read or is not the one that was read before, or the store cannot be written.</exception>
    public Task<PushedPictures> PushAsync(DetectionDataset dataset, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        var hashes = dataset.Samples.DistinctBy(s => s.File).ToDictionary(dataset.PathOf, s => s.Sha256);
        return PushAsync([.. hashes.Keys], path => hashes[path], cancellation);
    }

    /// <summary>
    /// The pictures of all splits and then their manifests, so that searches can name them by their keys (<see cref="DetectionDataset.ManifestHash"/>).
    /// </summary>
    /// <exception cref="IOException">A picture cannot be read or is not the one that was read before, or the store cannot be written.</exception>
    public async Task<PushedPictures> PushAsync(DataSplits splits, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(splits);
        foreach (var split in splits.All)
        {
            await PushAsync(split, cancellation).ConfigureAwait(false);
        }
        foreach (var split in splits.All)
        {
            await store.PublishManifestAsync(split, cancellation).ConfigureAwait(false);
        }
        return _pushed;
    }

    private async Task<PushedPictures> PushAsync(List<string> files, Func<string, string?> expected, CancellationToken cancellation)
    {
        var there = await store.ListAsync(CheckpointNames.Pictures, cancellation).ToHashSetAsync(cancellationToken: cancellation).ConfigureAwait(false);
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellation };
        await Parallel.ForEachAsync(files, options, async (path, stop) => await PushAsync(path, expected(path), there, stop).ConfigureAwait(false))
            .ConfigureAwait(false);
        return _pushed;
    }

    private async Task PushAsync(string path, string? expected, HashSet<string> there, CancellationToken cancellation)
    {
        byte[] content = RegularFile.ReadAllBytes(path, ImageDecoder.MaxFileBytes);
        string hash = Convert.ToHexStringLower(SHA256.HashData(content));
        if (expected is { Length: > 0 } && hash != expected)
        {
            throw new IOException($"{path}: changed while the search was being launched");
        }
        string name = CheckpointNames.Picture(hash);
        bool sent = !there.Contains(name)
            && await store.PutAsync(name, (stream, stop) => stream.WriteAsync(content, stop).AsTask(), PutCondition.IfAbsent, cancellation)
            .ConfigureAwait(false);
        lock (_counting)
        {
            _pushed = new PushedPictures(_pushed.Pictures + 1, _pushed.Bytes + content.Length, _pushed.Sent + (sent ? 1 : 0));
            progress?.Invoke(_pushed);
        }
    }
}
