namespace PruneSearch.Core.Storage;

/// <summary>What follows from a store's own operations.</summary>
public static class CheckpointStoreExtensions
{
    /// <summary>Deletes all objects whose names begin with a prefix.</summary>
    /// <exception cref="IOException">The store cannot be read or written.</exception>
    public static async Task DeleteAllAsync(this ICheckpointStore store, string prefix, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        await foreach (string name in store.ListAsync(prefix, cancellation).ConfigureAwait(false))
        {
            await store.DeleteAsync(name, cancellation).ConfigureAwait(false);
        }
    }
}
