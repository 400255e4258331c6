using System.Globalization;

namespace PruneSearch.Stages;

/// <summary>
/// The checkpoint store as a stage sees it: what cannot be read or written now, because a disk is full or a service away, is tried
/// again with growing pauses, with all that was computed still in memory. Such faults cost time and no work.
/// </summary>
/// <param name="timeout">How long one call is repeated, counted from its first failure.</param>
/// <param name="waits">Told why the stage waits, in one line; <see langword="null"/> when it goes on.</param>
/// <param name="stopped">Ends the waiting: what is called after it is tried once.</param>
internal sealed class RetryingCheckpointStore(
    ICheckpointStore store, TimeProvider time, TimeSpan timeout, Action<string?> waits, CancellationToken stopped) : ICheckpointStore
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1), LongestPause = TimeSpan.FromSeconds(30);

    public Task<bool> ExistsAsync(string name, CancellationToken cancellation = default) => TryAsync(() => store.ExistsAsync(name, cancellation));

    public Task<Stream> OpenReadAsync(string name, CancellationToken cancellation = default) => TryAsync(() => store.OpenReadAsync(name, cancellation));

    public Task<bool> PutAsync(string name, Func<Stream, CancellationToken, Task> write, PutCondition condition = PutCondition.None,
        CancellationToken cancellation = default) =>
        TryAsync(() => store.PutAsync(name, write, condition, cancellation));

    public async IAsyncEnumerable<string> ListAsync(
        string prefix, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation = default)
    {
        foreach (string name in await TryAsync(async () => await store.ListAsync(prefix, cancellation).ToListAsync(cancellation).ConfigureAwait(false))
            .ConfigureAwait(false))
        {
            yield return name;
        }
    }

    public IAsyncEnumerable<StoredObject> ListObjectsAsync(string prefix, CancellationToken cancellation = default) =>
        store.ListObjectsAsync(prefix, cancellation);

    public Task DeleteAsync(string name, CancellationToken cancellation = default) => TryAsync(async () =>
    {
        await store.DeleteAsync(name, cancellation).ConfigureAwait(false);
        return true;
    });

    private async Task<T> TryAsync<T>(Func<Task<T>> call)
    {
        long? failed = null;
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                var answer = await call().ConfigureAwait(false);
                if (failed is not null)
                {
                    waits(null);
                }
                return answer;
            }
            catch (IOException e) when (e is not (FileNotFoundException or DirectoryNotFoundException) && !stopped.IsCancellationRequested
                && time.GetElapsedTime(failed ??= time.GetTimestamp()) < timeout)
            {
                waits(string.Create(CultureInfo.InvariantCulture, $"waits for the checkpoint store, next try in {pause.TotalSeconds:F0} s: {e.Message}"));
            }
            await Task.Delay(pause, time, stopped).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
