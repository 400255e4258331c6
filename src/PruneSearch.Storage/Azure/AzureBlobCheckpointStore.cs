using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using PruneSearch.Core.Storage;

namespace PruneSearch.Storage.Azure;

/// <summary>
/// Objects as block blobs in a container. Blocks become visible together when they are committed; a name that must be new is
/// written under <c>If-None-Match: *</c>. Transient faults are tried again with exponential back-off, as the options say.
/// </summary>
public sealed class AzureBlobCheckpointStore : ICheckpointStore
{
    private const int PublishAttempts = 5;
    private readonly AzureBlobOptions _options;
    private readonly BlobContainerClient _container;
    private volatile bool _made;

    /// <summary>A store; nothing is sent before it is used.</summary>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public AzureBlobCheckpointStore(AzureBlobOptions options)
        : this(options, null)
    {
    }

    internal AzureBlobCheckpointStore(AzureBlobOptions options, Action<BlobClientOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _container = options.Connect(configure);
    }

    /// <inheritdoc/>
    public Task<bool> ExistsAsync(string name, CancellationToken cancellation = default)
    {
        var blob = Blob(name);
        return GuardAsync(name, async () => (await blob.ExistsAsync(cancellation).ConfigureAwait(false)).Value, cancellation);
    }

    /// <inheritdoc/>
    public Task<Stream> OpenReadAsync(string name, CancellationToken cancellation = default)
    {
        var blob = Blob(name);
        return GuardAsync<Stream>(name, async () =>
        {
            // The stream asks for later parts with the entity tag of the first: a blob that changes meanwhile is refused, never mixed.
            var stream = await blob.OpenReadAsync(new BlobOpenReadOptions(allowModifications: false) { BufferSize = _options.BlockBytes }, cancellation)
                .ConfigureAwait(false);
            return new BlobReadStream(stream, e => BlobErrors.ToStoreException(e, _container.Uri, name));
        }, cancellation);
    }

    /// <inheritdoc/>
    public Task<bool> PutAsync(string name, Func<Stream, CancellationToken, Task> write, PutCondition condition = PutCondition.None,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(write);
        var blob = Blob(name);
        return GuardAsync(name, async () =>
        {
            for (int attempt = 1; ; attempt++)
            {
                if (condition == PutCondition.IfAbsent && await blob.ExistsAsync(cancellation).ConfigureAwait(false))
                {
                    return false;
                }
                var upload = new BlockUpload(blob, _options.BlockBytes, e => BlobErrors.ToStoreException(e, _container.Uri, name));
                await using (upload.ConfigureAwait(false))
                {
                    await write(upload, cancellation).ConfigureAwait(false);
                    cancellation.ThrowIfCancellationRequested();
                    try
                    {
                        await upload.PublishAsync(condition == PutCondition.IfAbsent ? new BlobRequestConditions { IfNoneMatch = ETag.All } : null,
                            cancellation).ConfigureAwait(false);
                        return true;
                    }
                    catch (RequestFailedException e) when (condition == PutCondition.IfAbsent && BlobErrors.IsTaken(e))
                    {
                        return await upload.IsPublishedAsync(cancellation).ConfigureAwait(false);
                    }
                    catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.InvalidBlockList && attempt < PublishAttempts)
                    {
                        // Somebody else published under this name: the service then drops the blocks of all others. Send them again.
                    }
                }
            }
        }, cancellation);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await foreach (var known in ListObjectsAsync(prefix, cancellation).ConfigureAwait(false))
        {
            yield return known.Name;
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredObject> ListObjectsAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        CheckpointPath.RequirePrefix(prefix);
        var objects = await GuardAsync(null, async () =>
        {
            var found = new List<StoredObject>();
            await foreach (var blob in _container.GetBlobsAsync(new GetBlobsOptions { Prefix = _options.Prefix + prefix }, cancellation).ConfigureAwait(false))
            {
                found.Add(new StoredObject(
                    blob.Name[_options.Prefix.Length..], blob.Properties.ContentLength ?? 0, blob.Properties.LastModified ?? DateTimeOffset.MaxValue));
            }
            return found;
        }, cancellation).ConfigureAwait(false);
        objects.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name)); // accounts with folders list folder by folder
        foreach (var known in objects)
        {
            yield return known;
        }
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string name, CancellationToken cancellation = default)
    {
        var blob = Blob(name);
        return GuardAsync(name, () => blob.DeleteIfExistsAsync(DeleteSnapshotsOption.IncludeSnapshots, cancellationToken: cancellation), cancellation);
    }

    private BlockBlobClient Blob(string name)
    {
        CheckpointPath.RequireName(name);
        return _container.GetBlockBlobClient(_options.Prefix + name);
    }

    private async Task<T> GuardAsync<T>(string? name, Func<Task<T>> action, CancellationToken cancellation)
    {
        try
        {
            await MakeContainerAsync(cancellation).ConfigureAwait(false);
            return await action().ConfigureAwait(false);
        }
        catch (Exception e) when (BlobErrors.IsFault(e))
        {
            cancellation.ThrowIfCancellationRequested();
            throw BlobErrors.ToStoreException(e, _container.Uri, name);
        }
    }

    private async Task MakeContainerAsync(CancellationToken cancellation)
    {
        if (_made)
        {
            return;
        }
        try
        {
            // An identity that may only read and write blobs needs a container that is there already.
            if (!await _container.ExistsAsync(cancellation).ConfigureAwait(false))
            {
                await _container.CreateIfNotExistsAsync(cancellationToken: cancellation).ConfigureAwait(false);
            }
        }
        catch (RequestFailedException e) when (_options.IsSigned && e.Status == 403)
        {
            // A signature for the blobs of a container may not look at the container itself; whether it is worth anything, the blobs tell.
        }
        _made = true;
    }
}
