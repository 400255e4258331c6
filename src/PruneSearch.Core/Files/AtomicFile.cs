using System.Text;

namespace PruneSearch.Core.Files;

/// <summary>
/// Writes files so that readers, and whoever comes after a crash or a full disk, see the old or the new content as a whole.
/// Links stay links, and a file that was there keeps its permissions. Messages name the file, not its temporary name.
/// </summary>
public static class AtomicFile
{
    /// <summary>Replaces a file by these bytes, or leaves what stood there.</summary>
    /// <param name="path">The file; its folder must be there.</param>
    /// <param name="mode">Who may read and write it, on systems that know; as before, or the process's default for a new file.</param>
    /// <exception cref="IOException">It cannot be written; what stood there stays.</exception>
    public static void Write(string path, ReadOnlyMemory<byte> content, UnixFileMode? mode = null) =>
        WriteAll([(path, stream => stream.Write(content.Span))], mode);

    /// <summary>Writes text as UTF-8 without a mark.</summary>
    /// <param name="path">The file; its folder must be there.</param>
    /// <param name="mode">As for bytes.</param>
    /// <exception cref="IOException">It cannot be written; what stood there stays.</exception>
    public static void Write(string path, string text, UnixFileMode? mode = null) => Write(path, Encoding.UTF8.GetBytes(text), mode);

    /// <summary>Writes what a caller streams.</summary>
    /// <param name="path">The file; its folder must be there.</param>
    /// <param name="write">Writes all of it; what it throws passes through.</param>
    /// <exception cref="IOException">It cannot be written; what stood there stays.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; what stood there stays.</exception>
    public static async Task WriteAsync(string path, Func<Stream, CancellationToken, Task> write, CancellationToken cancellation = default)
    {
        using var target = Target.Open(path, mode: null);
        try
        {
            await write(target.Stream, cancellation).ConfigureAwait(false);
            cancellation.ThrowIfCancellationRequested();
            target.Complete();
            target.Publish();
        }
        catch (Exception e) when (target.Caused(e))
        {
            throw target.NotWritten(e);
        }
    }

    /// <summary>Writes several files that belong together: none gets its name before all of them are complete and on the disk.</summary>
    /// <param name="files">Each with what writes it.</param>
    /// <param name="mode">As for bytes.</param>
    /// <exception cref="IOException">One cannot be written; while they were being written, all that stood there stays.</exception>
    public static void WriteAll(IReadOnlyList<(string Path, Action<Stream> Write)> files, UnixFileMode? mode = null)
    {
        var targets = new List<Target>();
        try
        {
            foreach (var (path, write) in files)
            {
                var target = Target.Open(path, mode);
                targets.Add(target);
                target.Run(() =>
                {
                    write(target.Stream);
                    target.Complete();
                });
            }
            foreach (var target in targets)
            {
                target.Run(target.Publish);
            }
        }
        finally
        {
            targets.ForEach(t => t.Dispose());
        }
    }

    /// <summary>Checks that a file can be written before there is anything to write; nothing is changed.</summary>
    /// <exception cref="IOException">It cannot; the message says why.</exception>
    public static void RequireWritable(string path)
    {
        if (FileKinds.Of(path) != FileKind.Special) // a reader at the other end of a pipe would see it end
        {
            Target.Open(path, mode: null).Dispose();
        }
    }

    // A file to be, or a pipe or device (/dev/stdout, /dev/null) that is written to as it is: nothing may take its place.
    private sealed class Target : IDisposable
    {
        private readonly string _said;
        private readonly string _path;
        private readonly FileDraft? _draft;

        private Target(string said, string path, FileDraft? draft, Stream stream) => (_said, _path, _draft, Stream) = (said, path, draft, stream);

        public Stream Stream { get; }

        public static Target Open(string said, UnixFileMode? mode)
        {
            try
            {
                string path = Path.GetFullPath(said);
                var kind = FileKinds.Of(path);
                if (kind is FileKind.Special)
                {
                    var device = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
                    return new Target(said, path, null, device);
                }
                path = new FileInfo(path).LinkTarget is null ? path : File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName;
                string folder = Path.GetDirectoryName(path) ?? "";
                if (kind is FileKind.Folder || folder.Length == 0)
                {
                    throw new IOException("it is a folder, expected the name of a file");
                }
                if (!Directory.Exists(folder))
                {
                    throw new DirectoryNotFoundException($"there is no folder {folder}");
                }
                if (kind is FileKind.Regular && !OperatingSystem.IsWindows())
                {
                    mode ??= File.GetUnixFileMode(path);
                }
                FileDraft.RemoveAbandoned(folder, TimeProvider.System.GetUtcNow());
                var draft = new FileDraft(folder, mode);
                return new Target(said, path, draft, draft.Content);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
            {
                string message = $"{said}: cannot be written: {FileDraft.Explain(e)}";
                throw e is DirectoryNotFoundException ? new DirectoryNotFoundException(message, e) : new IOException(message, e);
            }
        }

        public void Complete()
        {
            if (_draft is null)
            {
                Stream.Flush();
            }
            _draft?.Complete();
        }

        public void Publish() => _draft?.MoveTo(_path);

        public void Run(Action step)
        {
            try
            {
                step();
            }
            catch (Exception e) when (Caused(e))
            {
                throw NotWritten(e);
            }
        }

        // What a caller reads while it writes has a name of its own in its messages.
        public bool Caused(Exception e) => e is IOException or UnauthorizedAccessException
            && (e.Message.Contains(_path, StringComparison.Ordinal) || (_draft is not null && e.Message.Contains(_draft.Path, StringComparison.Ordinal)));

        public IOException NotWritten(Exception e) =>
            new($"{_said}: cannot be written: {(_draft is null ? e.Message : e.Message.Replace(_draft.Path, _path, StringComparison.Ordinal))}", e);

        public void Dispose()
        {
            _draft?.Dispose();
            try
            {
                Stream.Dispose(); // a device that is full says so once more
            }
            catch (IOException)
            {
                // It was told.
            }
        }
    }
}
