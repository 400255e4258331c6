using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace PruneSearch.Core.Files;

/// <summary>
/// A file under a temporary name, until its content is complete and on the disk. What was not published is removed, whatever
/// failed; what a killed process left is removed by a later draft in the same folder.
/// </summary>
public sealed partial class FileDraft : IDisposable
{
    private const string Prefix = ".prunesearch-", Suffix = ".tmp";
    private const int BufferBytes = 1 << 16;
    private static readonly TimeSpan AbandonedAfter = TimeSpan.FromDays(1);
    private static readonly ConcurrentDictionary<string, bool> Tidied = new(StringComparer.Ordinal);
    private readonly FileStream _stream;

    /// <summary>Makes an empty draft.</summary>
    /// <param name="folder">A folder on the file system of the file that it becomes.</param>
    /// <param name="mode">Who may read and write it, on systems that know; what the process gives new files by default.</param>
    /// <exception cref="IOException">The folder is not there or cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be written.</exception>
    public FileDraft(string folder, UnixFileMode? mode = null)
    {
        Path = System.IO.Path.Combine(folder, $"{Prefix}{Guid.NewGuid():N}{Suffix}");
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.None,
            BufferSize = BufferBytes,
            Options = FileOptions.Asynchronous,
        };
        if (mode is not null && !OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = mode;
        }
        _stream = new FileStream(Path, options);
        if (mode is { } exact && !OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_stream.SafeFileHandle, exact); // the process's mask took bits away
        }
    }

    /// <summary>Where the content is written until it is complete: beside the file that it becomes.</summary>
    public string Path { get; }

    /// <summary>Where the content goes.</summary>
    public Stream Content => _stream;

    /// <summary>Removes drafts of a day ago or earlier, which no living process can still be writing; once for each folder.</summary>
    public static void RemoveAbandoned(string folder, DateTimeOffset now)
    {
        if (!Tidied.TryAdd(folder, true))
        {
            return;
        }
        try
        {
            foreach (string file in Directory.EnumerateFiles(folder, $"{Prefix}*{Suffix}")
                .Where(f => File.GetLastWriteTimeUtc(f) < (now - AbandonedAfter).UtcDateTime))
            {
                File.Delete(file);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Whoever cannot tidy up can still write.
        }
    }

    /// <summary>An error's message without the names of drafts: they would only confuse.</summary>
    internal static string Explain(Exception e) => Drafts().Replace(e.Message, "");

    /// <summary>Brings the content to the disk and closes the draft: it can get its name now.</summary>
    /// <exception cref="IOException">There is no space left, or the disk failed.</exception>
    public void Complete()
    {
        _stream.Flush(flushToDisk: true);
        _stream.Dispose();
    }

    /// <summary>Gives a complete draft its name; a file of that name is replaced.</summary>
    /// <exception cref="IOException">It cannot be moved there.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be moved there.</exception>
    public void MoveTo(string path) => File.Move(Path, path, overwrite: true);

    /// <summary>Removes the draft if it has no other name by now.</summary>
    public void Dispose()
    {
        try
        {
            _stream.Dispose(); // a full disk is told here once more
        }
        catch (IOException)
        {
            // The content is given up.
        }
        try
        {
            File.Delete(Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The folder is gone or was closed to us meanwhile; the error on the way says more.
        }
    }

    [GeneratedRegex(@"[/\\]\.prunesearch-[0-9a-f]{32}\.tmp")]
    private static partial Regex Drafts();
}
