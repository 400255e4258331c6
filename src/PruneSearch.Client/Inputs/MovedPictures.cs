using System.Security.Cryptography;
using PruneSearch.Core.Files;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Storage;
using PruneSearch.Data.Datasets;

namespace PruneSearch.Client.Inputs;

/// <summary>
/// Tells a checkpoint store where the pictures of a search lie now, after their folders were moved. What they are stays: their hashes say so.
/// </summary>
public static class MovedPictures
{
    /// <summary>Looks for the pictures of each split in folders that the user names and keeps where they were found.</summary>
    /// <param name="store">Holds the manifests.</param>
    /// <param name="folders">Folders that are, or hold, the folders that were moved.</param>
    /// <returns>What was found where, one line a split; splits whose pictures lie where they were are left out.</returns>
    /// <exception cref="FileNotFoundException">The pictures of a split are neither in the folders nor where they were.</exception>
    /// <exception cref="IOException">The store cannot be read or written.</exception>
    public static async Task<IReadOnlyList<string>> FindAsync(ICheckpointStore store, SearchPlan plan, IReadOnlyList<string> folders,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var found = new List<string>();
        var data = plan.Trajectories.SelectMany(t => t.Stages).Select(s => s.Data);
        foreach (string hash in data.SelectMany(d => (string?[])[d.Train, d.Validation]).Append(plan.Test).OfType<string>().Distinct())
        {
            var manifest = await store.ReadManifestAsync(hash, cancellation).ConfigureAwait(false);
            if (folders.SelectMany(f => Candidates(f, manifest.Root)).FirstOrDefault(f => Holds(f, manifest)) is { } folder)
            {
                await store.PublishManifestAsync(manifest.ToDataset(folder), cancellation).ConfigureAwait(false);
                found.Add($"{manifest.Name}: {manifest.Samples.Count} pictures in {folder}");
            }
            else if (!manifest.Roots(store.Folder).Any(f => Holds(f, manifest)))
            {
                throw new FileNotFoundException($"data set '{manifest.Name}': its pictures are not in {string.Join(" or ", folders)}, expected a folder with " +
                    $"{manifest.Samples[0].File} and the {manifest.Samples.Count - 1} others as they were");
            }
        }
        return found;
    }

    // The folder itself, or what lay at the end of the old path below it: the data set's root may have been moved, or a folder above it.
    private static IEnumerable<string> Candidates(string folder, string oldRoot)
    {
        string[] parts = oldRoot.Split(['/', '\\'], StringSplitOptions.RemoveEmptyEntries);
        return Enumerable.Range(0, parts.Length + 1).Select(n => Path.GetFullPath(Path.Combine([folder, .. parts[^n..]])));
    }

    // Names of all and the content of the first: every stage looks at the content of all of them.
    private static bool Holds(string folder, DatasetManifest manifest)
    {
        var dataset = manifest.ToDataset(folder);
        try
        {
            if (!dataset.Samples.All(s => File.Exists(dataset.PathOf(s))))
            {
                return false;
            }
            using var first = RegularFile.OpenRead(dataset.PathOf(dataset.Samples[0]));
            return dataset.Samples[0].Sha256.Length == 0 || Convert.ToHexStringLower(SHA256.HashData(first)) == dataset.Samples[0].Sha256;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
