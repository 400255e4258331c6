using System.Text;
using PruneSearch.Core.Storage;
using PruneSearch.Data.Datasets;

namespace PruneSearch.Client.Inputs;

/// <summary>Manifests of data sets in a checkpoint store.</summary>
internal static class StoredManifests
{
    /// <summary>Keeps the manifest of a data set. The last writer wins: it also says where the pictures lie, and they may have been moved.</summary>
    /// <exception cref="IOException">The store cannot be written.</exception>
    public static Task PublishManifestAsync(this ICheckpointStore store, DetectionDataset dataset, CancellationToken cancellation)
    {
        byte[] json = Encoding.UTF8.GetBytes(dataset.ToManifest(store.Folder).ToJson());
        return store.PutAsync(CheckpointNames.Dataset(dataset.ManifestHash), (stream, c) =>
            stream.WriteAsync(json, c).AsTask(), PutCondition.None, cancellation);
    }

    /// <summary>The manifest with a hash.</summary>
    /// <exception cref="IOException">It is not there or cannot be read.</exception>
    /// <exception cref="DatasetException">It is damaged.</exception>
    public static async Task<DatasetManifest> ReadManifestAsync(this ICheckpointStore store, string hash, CancellationToken cancellation)
    {
        string name = CheckpointNames.Dataset(hash);
        var stream = await store.OpenReadAsync(name, cancellation).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            using var reader = new StreamReader(stream, Encoding.UTF8);
            return DatasetManifest.FromJson(await reader.ReadToEndAsync(cancellation).ConfigureAwait(false), name, hash);
        }
    }
}
