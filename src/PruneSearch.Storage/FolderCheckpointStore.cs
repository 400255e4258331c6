using System.Runtime.CompilerServices;
using PruneSearch.Core.Files;
using PruneSearch.Core.Storage;

namespace PruneSearch.Storage;

/// <summary>
/// Objects as files under a folder. An object is written to a temporary file, flushed to the disk and given its name, so that
/// readers, other processes included, see all of it or nothing.
/// </summary>
public sealed class FolderCheckpointStore : ICheckpointStore
{
    private const string TemporaryFolder = ".tmp";
    private static readonly TimeSpan AbandonedAfter = TimeSpan.FromDays(1);
    private readonly string _root;
    private readonly string _temporary;

    /// <summary>Opens the folder and makes it if need be. Temporary files that a killed process left a day ago or earlier are removed.</summary>
    /// <param name="time">Tells the age of abandoned files; the system's clock by default.</param>
    /// <exception cref="IOException">The folder cannot be made or written.</exception>
    public FolderCheckpointStore(string root, TimeProvider? time = null)
    {
        _root = Path.GetFullPath(root);
        _temporary = Path.Combine(_root, TemporaryFolder);
        try
        {
            Directory.CreateDirectory(_temporary);
            DateTime old = (time ?? TimeProvider.System).GetUtcNow().UtcDateTime - AbandonedAfter;
            foreach (string file in Directory.EnumerateFiles(_temporary).Where(f => File.GetLastWriteTimeUtc(f) < old))
            {
                File.Delete(file);
            }
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw NotWritable(e);
        }
    }

    /// <inheritdoc/>
    public string? Folder => _root;

    /// <inheritdoc/>
    public Task<bool> ExistsAsync(string name, CancellationToken cancellation = default)
    {
        string path = PathOf(name);
        if (File.Exists(path))
        {
            return Task.FromResult(true);
        }
        try
        {
            using var entries = Directory.EnumerateFileSystemEntries(_root).GetEnumerator();
            _ = entries.MoveNext(); // a folder that is gone or closed to us is no folder without the object
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"Folder {_root} cannot be read: {e.Message}", e);
        }
        return Task.FromResult(false);
    }

    /// <inheritdoc/>
    public Task<Stream> OpenReadAsync(string name, CancellationToken cancellation = default)
    {
        string path = PathOf(name);
        try
        {
            return Task.FromResult<Stream>(
                new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 16, FileOptions.Asynchronous));
        }
        catch (DirectoryNotFoundException e)
        {
            throw new FileNotFoundException($"There is no object '{name}' in {_root}.", path, e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException($"Object '{name}' in {_root} cannot be read: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public async Task<bool> PutAsync(string name, Func<Stream, CancellationToken, Task> write, PutCondition condition = PutCondition.None,
        CancellationToken cancellation = default)
    {
        string path = PathOf(name);
        if (condition == PutCondition.IfAbsent && File.Exists(path))
        {
            return false;
        }
        using var draft = Create();
        await write(draft.Content, cancellation).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        draft.Complete();
        return Publish(draft, path, condition);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredObject> ListObjectsAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await foreach (string name in ListAsync(prefix, cancellation).ConfigureAwait(false))
        {
            var file = new FileInfo(Path.Combine(_root, name));
            if (file.Exists)
            {
                yield return new StoredObject(name, file.Length, file.LastWriteTimeUtc);
            }
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        CheckpointPath.RequirePrefix(prefix);
        string folder = Path.Combine(_root, prefix[..(prefix.LastIndexOf('/') + 1)]);
        if (!Directory.Exists(folder))
        {
            yield break;
        }
        var names = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(_root, f).Replace(Path.DirectorySeparatorChar, '/'))
            .Where(n => n.StartsWith(prefix, StringComparison.Ordinal) && n[0] != '.')
            .Order(StringComparer.Ordinal)
            .ToList();
        foreach (string name in names)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return name;
        }
        await Task.CompletedTask.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string name, CancellationToken cancellation = default)
    {
        try
        {
            File.Delete(PathOf(name));
        }
        catch (DirectoryNotFoundException)
        {
            // What does not exist is deleted already.
        }
        catch (UnauthorizedAccessException e)
        {
            throw NotWritable(e);
        }
        return Task.CompletedTask;
    }

    private static bool Publish(FileDraft draft, string path, PutCondition condition)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (condition == PutCondition.IfAbsent)
        {
            return ExclusiveMove.Try(draft.Path, path);
        }
        draft.MoveTo(path);
        return true;
    }

    private FileDraft Create()
    {
        try
        {
            return new FileDraft(_temporary);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or DirectoryNotFoundException)
        {
            throw NotWritable(e);
        }
    }

    private string PathOf(string name)
    {
        CheckpointPath.RequireName(name);
        return Path.Combine(_root, name);
    }

    private IOException NotWritable(Exception e) => new($"Folder {_root} is not writable: {e.Message}", e);
}
