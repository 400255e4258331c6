using System.Collections.Concurrent;
using System.Security.Cryptography;
using PruneSearch.Core.Files;
using PruneSearch.Data.Datasets;
using PruneSearch.Storage;

namespace PruneSearch.Stages.Inputs;

/// <summary>
/// Finds the pictures of a data set on this machine: in the folder where they were read at launch, also when it moved together with
/// the checkpoint store, as long as this machine sees the same pictures there; otherwise in the checkpoint store, from where they
/// are fetched once into a local cache. A process looks at the content of every picture the first time it uses a data set.
/// </summary>
/// <param name="store">Where pushed pictures lie.</param>
/// <param name="cacheFolder">The local cache; processes may share it.</param>
internal sealed class PictureInputs(ICheckpointStore store, string cacheFolder)
{
    private const int Parallelism = 8;
    private readonly ConcurrentDictionary<(string Hash, string Root), bool> _verified = new();

    /// <summary>The data set of a manifest with its pictures where this machine has them.</summary>
    /// <exception cref="InputUnavailableException">A picture is in neither place; the first such is named.</exception>
    /// <exception cref="OperationCanceledException">The stage was cancelled.</exception>
    public DetectionDataset Bring(DatasetManifest manifest, CancellationToken cancellation)
    {
        var problems = new List<string>();
        foreach (string root in manifest.Roots(store.Folder))
        {
            var there = manifest.ToDataset(root);
            if (FirstProblem(there, cancellation) is not { } found)
            {
                return there;
            }
            problems.Add(found);
        }
        return Fetch(manifest.ToDataset(), string.Join(" and ", problems), cancellation);
    }

    private DetectionDataset Fetch(DetectionDataset dataset, string problem, CancellationToken cancellation)
    {
        DetectionSample[] samples = [.. dataset.Samples.Select(s => s with { File = CheckpointNames.Picture(s.Sha256) })];
        var cached = dataset with { Root = Path.GetFullPath(cacheFolder), Samples = samples };
        try
        {
            var cache = new FolderCheckpointStore(cacheFolder);
            var wanted = cached.Samples.DistinctBy(s => s.Sha256).ToList();
            var options = new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellation };
            Parallel.ForEachAsync(wanted, options, async (sample, stop) => await FetchAsync(cache, cached.PathOf(sample), sample, stop).ConfigureAwait(false))
                .GetAwaiter().GetResult();
        }
        catch (FileNotFoundException e)
        {
            throw new InputUnavailableException($"data set '{dataset.Name}': {problem}, and its pictures are not all in the checkpoint store either " +
                "(prunesearch resume ID --data FOLDER says where they are now, prunesearch data push FOLDER puts them into the store)", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputUnavailableException($"data set '{dataset.Name}': {problem}, and its pictures cannot be fetched: {e.Message}", e);
        }
        return cached;
    }

    private string? FirstProblem(DetectionDataset dataset, CancellationToken cancellation)
    {
        bool verified = _verified.ContainsKey((dataset.ManifestHash, dataset.Root));
        int first = int.MaxValue;
        int threads = Math.Min(Parallelism, Environment.ProcessorCount);
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation };
        Parallel.For(0, dataset.Samples.Count, options, i =>
        {
            Heartbeat.Beat();
            if (i < Volatile.Read(ref first) && !IsThere(dataset.PathOf(dataset.Samples[i]), verified ? "" : dataset.Samples[i].Sha256))
            {
                int seen;
                while (i < (seen = Volatile.Read(ref first)) && Interlocked.CompareExchange(ref first, i, seen) != seen)
                {
                    // another thread found one at the same time
                }
            }
        });
        if (first == int.MaxValue)
        {
            _verified[(dataset.ManifestHash, dataset.Root)] = true;
            return null;
        }
        string path = dataset.PathOf(dataset.Samples[first]);
        return File.Exists(path)
            ? $"picture {path} is not the one that the search was launched with" : $"there is no picture {path} on {Environment.MachineName}";
    }

    private async Task FetchAsync(FolderCheckpointStore cache, string path, DetectionSample sample, CancellationToken cancellation)
    {
        bool known = _verified.ContainsKey(("", sample.Sha256));
        if (sample.Sha256.Length == 0)
        {
            throw new FileNotFoundException($"the hash of {sample.File} is not known");
        }
        if (!IsThere(path, known ? "" : sample.Sha256))
        {
            await cache.PutAsync(CheckpointNames.Picture(sample.Sha256), async (target, stop) =>
                await CopyAsync(sample.Sha256, target, stop).ConfigureAwait(false), PutCondition.None, cancellation).ConfigureAwait(false);
        }
        _verified[("", sample.Sha256)] = true;
    }

    private async Task CopyAsync(string sha256, Stream target, CancellationToken cancellation)
    {
        string name = CheckpointNames.Picture(sha256);
        var source = await store.OpenReadAsync(name, cancellation).ConfigureAwait(false);
        await using (source.ConfigureAwait(false))
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            byte[] buffer = new byte[1 << 16];
            for (int count; (count = await source.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0;)
            {
                hash.AppendData(buffer, 0, count);
                await target.WriteAsync(buffer.AsMemory(0, count), cancellation).ConfigureAwait(false);
                Heartbeat.Beat();
            }
            string found = Convert.ToHexStringLower(hash.GetHashAndReset());
            if (found != sha256)
            {
                throw new IOException($"object '{name}' is damaged: its SHA-256 is {found}");
            }
        }
    }

    // An empty hash asks only whether the file is there.
    private static bool IsThere(string path, string sha256)
    {
        try
        {
            if (sha256.Length == 0)
            {
                return File.Exists(path);
            }
            using var stream = RegularFile.OpenRead(path);
            return Convert.ToHexStringLower(SHA256.HashData(stream)) == sha256;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
