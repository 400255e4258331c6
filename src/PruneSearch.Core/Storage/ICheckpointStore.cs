using System.Runtime.CompilerServices;

namespace PruneSearch.Core.Storage;

/// <summary>What must hold for a write to happen.</summary>
public enum PutCondition
{
    /// <summary>Nothing: the last writer wins.</summary>
    None,

    /// <summary>The object must not exist yet.</summary>
    IfAbsent,
}

/// <summary>
/// Named immutable-once-published objects: weights, snapshots, reports, exported models. Names are relative paths with
/// forward slashes (<c>stages/ab12…/report.json</c>). A write is atomic: readers see all of it or nothing.
/// </summary>
public interface ICheckpointStore
{
    /// <summary>
    /// Folder of the store, absolute; <see langword="null"/> where it is none that this machine sees. What lies near it is found again when both move.
    /// </summary>
    string? Folder => null;

    /// <summary>Whether the object exists.</summary>
    /// <exception cref="IOException">The store cannot be reached or read.</exception>
    Task<bool> ExistsAsync(string name, CancellationToken cancellation = default);

    /// <summary>Opens an object; the caller disposes the stream, which is seekable.</summary>
    /// <exception cref="FileNotFoundException">It does not exist.</exception>
    /// <exception cref="IOException">The store cannot be reached or read; also from the stream, when the object was replaced or deleted meanwhile.</exception>
    Task<Stream> OpenReadAsync(string name, CancellationToken cancellation = default);

    /// <summary>Writes an object whole or not at all; readers never see a part of it.</summary>
    /// <param name="write">
    /// Writes the content; nothing is published when it throws. It may be called again, from the start, when somebody else
    /// publishes under the same name meanwhile.
    /// </param>
    /// <param name="condition">What must hold.</param>
    /// <param name="cancellation">Gives up before publishing.</param>
    /// <returns><see langword="false"/> when <paramref name="condition"/> does not hold.</returns>
    /// <exception cref="IOException">The store cannot be written.</exception>
    Task<bool> PutAsync(string name, Func<Stream, CancellationToken, Task> write, PutCondition condition = PutCondition.None,
        CancellationToken cancellation = default);

    /// <summary>Names of all objects that begin with <paramref name="prefix"/>, in ordinal order.</summary>
    /// <exception cref="IOException">The store cannot be reached or read.</exception>
    IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellation = default);

    /// <summary>The same, with what the store knows of each without reading it. Where it knows nothing: no bytes, written in the farthest future.</summary>
    /// <exception cref="IOException">The store cannot be reached or read.</exception>
    async IAsyncEnumerable<StoredObject> ListObjectsAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await foreach (string name in ListAsync(prefix, cancellation).ConfigureAwait(false))
        {
            yield return new StoredObject(name, 0, DateTimeOffset.MaxValue);
        }
    }

    /// <summary>Deletes an object; deleting what does not exist does nothing.</summary>
    /// <exception cref="IOException">The store cannot be written.</exception>
    Task DeleteAsync(string name, CancellationToken cancellation = default);
}
