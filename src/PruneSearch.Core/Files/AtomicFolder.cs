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
