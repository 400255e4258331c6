using PruneSearch.Core.Searches;
using PruneSearch.Core.Storage;
using PruneSearch.Data.Datasets;

namespace PruneSearch.Client.Inputs;

/// <summary>
/// Reads splits that were pushed into a checkpoint store. Their pictures were looked at when they were pushed, and whoever fetches one
/// compares its content: here it is enough that all are there.
/// </summary>
internal static class StoredSplits
{
    /// <summary>Reads the manifests that the keys of a search file name.</summary>
    /// <param name="source">Their keys.</param>
    /// <param name="where">What messages begin with.</param>
    /// <exception cref="DatasetException">One is not there, damaged or without its pictures, or has other classes than the training split.</exception>
    /// <exception cref="IOException">The store cannot be read.</exception>
    public static async Task<DataSplits> ReadAsync(DataSource.Stored source, ICheckpointStore store, string where, CancellationToken cancellation)
    {
        var splits = new List<DetectionDataset>();
        foreach (var (setting, key) in source.Keys())
        {
            splits.Add(await ReadAsync(store, key, $"{where}data.{setting}", cancellation).ConfigureAwait(false));
            if (!splits[^1].Classes.SequenceEqual(splits[0].Classes))
            {
                throw new DatasetException($"{where}data.{setting}: data set '{splits[^1].Name}' has the classes {string.Join(", ", splits[^1].Classes)}, " +
                    $"expected those of data.train: {string.Join(", ", splits[0].Classes)}");
            }
        }
        var pictures = await store.ListAsync(CheckpointNames.Pictures, cancellation).ToHashSetAsync(cancellationToken: cancellation).ConfigureAwait(false);
        foreach (var (setting, dataset) in source.Keys().Select(k => k.Setting).Zip(splits))
        {
            var missing = dataset.Samples.Where(s => !pictures.Contains(CheckpointNames.Picture(s.Sha256))).ToList();
            if (missing.Count > 0)
            {
                throw new DatasetException(
                    $"{where}data.{setting}: the checkpoint store lacks {missing.Count} of the {dataset.Samples.Count} pictures of data set " +
                    $"'{dataset.Name}', first {missing[0].File}, expected all of them (prunesearch data push FILE puts them there)");
            }
        }
        return new DataSplits(splits[0], splits[1], splits.ElementAtOrDefault(2)) { AreStored = true };
    }

    private static async Task<DetectionDataset> ReadAsync(ICheckpointStore store, string key, string where, CancellationToken cancellation)
    {
        try
        {
            return (await store.ReadManifestAsync(key, cancellation).ConfigureAwait(false)).ToDataset();
        }
        catch (FileNotFoundException e)
        {
            throw new DatasetException(
                $"{where} is '{key}', but the checkpoint store has no such data set, expected a key that prunesearch data push FILE showed", e);
        }
        catch (DatasetException e)
        {
            throw new DatasetException($"{where}: {e.Message}", e);
        }
    }
}
