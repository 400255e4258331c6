using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace PruneSearch.Storage.Azure;

/// <summary>
/// Takes the content of an object, sends it block by block and makes it visible at the end, all at once. It holds one block in
/// memory, however much is written. What is never published is dropped by the service after a week.
/// </summary>
internal sealed class BlockUpload(BlockBlobClient blob, int blockBytes, Func<Exception, IOException> translate) : Stream
{
    private const string WriterKey = "writer";
    private readonly byte[] _block = new byte[blockBytes];
    private readonly List<string> _ids = [];
    private readonly Guid _writer = Guid.NewGuid();
    private int _filled;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => ((long)_ids.Count * _block.Length) + _filled;
        set => throw new NotSupportedException();
    }

    /// <summary>Makes the object visible.</summary>
    /// <exception cref="RequestFailedException">The condition does not hold, or somebody else published meanwhile and the blocks are gone.</exception>
    public async Task PublishAsync(BlobRequestConditions? conditions, CancellationToken cancellation)
    {
        var metadata = new Dictionary<string, string> { [WriterKey] = _writer.ToString("N") };
        if (_ids.Count == 0)
        {
            await blob.UploadAsync(Content(), new BlobUploadOptions { Conditions = conditions, Metadata = metadata }, cancellation).ConfigureAwait(false);
            return;
        }
        if (_filled > 0)
        {
            await blob.StageBlockAsync(NextId(), Content(), cancellationToken: cancellation).ConfigureAwait(false);
            _filled = 0;
        }
        await blob.CommitBlockListAsync(_ids, new CommitBlockListOptions { Conditions = conditions, Metadata = metadata }, cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// Whether the object that stands is this one: when the answer to a conditional write is lost, the next attempt is told
    /// that the name is taken, by its own predecessor.
    /// </summary>
    public async Task<bool> IsPublishedAsync(CancellationToken cancellation)
    {
        var properties = await blob.GetPropertiesAsync(cancellationToken: cancellation).ConfigureAwait(false);
        return properties.Value.Metadata.TryGetValue(WriterKey, out string? writer) && writer == _writer.ToString("N");
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            if (_filled == _block.Length)
            {
                SendAsync(CancellationToken.None).GetAwaiter().GetResult();
            }
            buffer = buffer[Fill(buffer)..];
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (buffer.Length > 0)
        {
            if (_filled == _block.Length)
            {
                await SendAsync(cancellationToken).ConfigureAwait(false);
            }
            buffer = buffer[Fill(buffer.Span)..];
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
        // Blocks are sent when they are full, and nothing is visible before it is published.
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private MemoryStream Content() => new(_block, 0, _filled, writable: false);

    // All identifiers of a blob must be equally long, and those of two writers must differ.
    private string NextId()
    {
        Span<byte> id = stackalloc byte[20];
        _writer.TryWriteBytes(id);
        BitConverter.TryWriteBytes(id[16..], _ids.Count);
        _ids.Add(Convert.ToBase64String(id));
        return _ids[^1];
    }

    private int Fill(ReadOnlySpan<byte> buffer)
    {
        int count = Math.Min(buffer.Length, _block.Length - _filled);
        buffer[..count].CopyTo(_block.AsSpan(_filled));
        _filled += count;
        return count;
    }

    private async Task SendAsync(CancellationToken cancellation)
    {
        try
        {
            await blob.StageBlockAsync(NextId(), Content(), cancellationToken: cancellation).ConfigureAwait(false);
            _filled = 0;
        }
        catch (Exception e) when (BlobErrors.IsFault(e))
        {
            throw translate(e);
        }
    }
}
