using PruneSearch.Core;
using PruneSearch.Core.Storage;

namespace PruneSearch.Cluster.Observability;

/// <summary>Measures how long a store takes.</summary>
internal sealed class MeteredCheckpointStore(ICheckpointStore store, TimeProvider time) : ICheckpointStore
{
    private const string OperationTag = "prunesearch.operation";

    public Task<bool> ExistsAsync(string name, CancellationToken cancellation = default) => store.ExistsAsync(name, cancellation);

    public Task<Stream> OpenReadAsync(string name, CancellationToken cancellation = default) => MeasureAsync("read", () => store.OpenReadAsync(name, cancellation));

    public Task<bool> PutAsync(string name, Func<Stream, CancellationToken, Task> write, PutCondition condition = PutCondition.None, CancellationToken cancellation = default) =>
        MeasureAsync("write", () => store.PutAsync(name, write, condition, cancellation));

    public IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellation = default) => store.ListAsync(prefix, cancellation);

    public Task DeleteAsync(string name, CancellationToken cancellation = default) => store.DeleteAsync(name, cancellation);

    private async Task<T> MeasureAsync<T>(string operation, Func<Task<T>> action)
    {
        long start = time.GetTimestamp();
        var result = await action().ConfigureAwait(false);
        Telemetry.CheckpointSeconds.Record(time.GetElapsedTime(start).TotalSeconds, new KeyValuePair<string, object?>(OperationTag, operation));
        return result;
    }
}
