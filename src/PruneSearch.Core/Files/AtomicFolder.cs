namespace PruneSearch.Core.Files;

/// <summary>Makes folders whose content is complete when they are there.</summary>
public static class AtomicFolder
{
    /// <summary>Makes a folder, unless it is there.</summary>
    /// <param name="folder">The folder; those above it are made.</param>
    /// <param name="fill">Writes its content to the folder that it is given. What it throws passes through, and nothing stays then.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void MakeOnce(string folder, Action<string> fill)
    {
        if (Directory.Exists(folder))
        {
            return;
        }
        string draft = $"{Path.TrimEndingDirectorySeparator(folder)}.{Guid.NewGuid().ToString("N")[..8]}";
        try
        {
            Directory.CreateDirectory(draft);
            fill(draft);
            Directory.Move(draft, folder);
        }
        catch (IOException) when (Directory.Exists(folder))
        {
            // Another process made the same folder first.
        }
        finally
        {
            Remove(draft);
        }
    }

    /// <summary>Makes a folder for what is written to it; when that fails and nothing is in it, the folder goes again.</summary>
    /// <param name="folder">The folder; it may be there.</param>
    /// <param name="write">Writes to it. What it throws passes through.</param>
    /// <exception cref="IOException">The folder cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be made.</exception>
    public static void WithFolder(string folder, Action write)
    {
        bool made = !Directory.Exists(folder);
        Directory.CreateDirectory(folder);
        bool written = false;
        try
        {
            write();
            written = true;
        }
        finally
        {
            if (made && !written && !Directory.EnumerateFileSystemEntries(folder).Any())
            {
                Remove(folder);
            }
        }
    }

    /// <summary>Checks that a folder can be written, or made; nothing stays changed.</summary>
    /// <exception cref="IOException">It cannot; the message says why.</exception>
    public static void RequireWritable(string folder)
    {
        string path = Path.GetFullPath(folder);
        string? there = path;
        while (there is not null && FileKinds.Of(there) == FileKind.Missing)
        {
            there = Path.GetDirectoryName(there);
        }
        try
        {
            if (there is null || FileKinds.Of(there) != FileKind.Folder)
            {
                throw new IOException(there == path ? "it is a file, expected a folder" : $"{there} is a file, expected a folder");
            }
            new FileDraft(there).Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{folder}: cannot be written: {FileDraft.Explain(e)}", e);
        }
    }

    private static void Remove(string draft)
    {
        try
        {
            Directory.Delete(draft, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has its name by now, or cannot be removed; the error on the way says more.
        }
    }
}
