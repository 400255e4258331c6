using System.Diagnostics;
using PruneSearch.Core;
using PruneSearch.Core.Storage;

namespace PruneSearch.Cluster.Observability;

/// <summary>Measures how much a store reads and writes, and how long that takes.</summary>
internal sealed class MeteredCheckpointStore(ICheckpointStore store, TimeProvider time) : ICheckpointStore
{
    public string? Folder => store.Folder;

    public Task<bool> ExistsAsync(string name, CancellationToken cancellation = default) => store.ExistsAsync(name, cancellation);

    public async Task<Stream> OpenReadAsync(string name, CancellationToken cancellation = default)
    {
        long start = time.GetTimestamp();
        var stream = await store.OpenReadAsync(name, cancellation).ConfigureAwait(false);
        return new CountingStream(stream, bytes => Record("read", bytes, start));
    }

    public async Task<bool> PutAsync(string name, Func<Stream, CancellationToken, Task> write, PutCondition condition = PutCondition.None,
        CancellationToken cancellation = default)
    {
        long start = time.GetTimestamp(), written = 0;
        bool published = await store.PutAsync(name, async (stream, stop) =>
        {
            // Not disposed of: the stream is the store's.
            var counting = new CountingStream(stream, _ => { });
            await write(counting, stop).ConfigureAwait(false);
            written += counting.Count;
        }, condition, cancellation).ConfigureAwait(false);
        Record("write", written, start);
        return published;
    }

    public IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellation = default) => store.ListAsync(prefix, cancellation);

    public IAsyncEnumerable<StoredObject> ListObjectsAsync(string prefix, CancellationToken cancellation = default) =>
        store.ListObjectsAsync(prefix, cancellation);

    public Task DeleteAsync(string name, CancellationToken cancellation = default) => store.DeleteAsync(name, cancellation);

    private void Record(string operation, long bytes, long start)
    {
        var tags = new TagList { { Telemetry.OperationTag, operation } };
        Telemetry.CheckpointBytes.Add(bytes, tags);
        Telemetry.CheckpointSeconds.Record(time.GetElapsedTime(start).TotalSeconds, tags);
    }
}
