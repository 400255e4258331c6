using System.IO.Enumeration;

namespace PruneSearch.Core.Files;

/// <summary>
/// The files in a folder and in the folders in it. Links to folders are followed, except to one that the link lies in, however
/// deep. Names that begin with a dot are left out: programs keep what is theirs under them.
/// </summary>
public static class FileTree
{
    /// <summary>Deepest folders that are looked into.</summary>
    public const int MaxDepth = 64;

    /// <summary>Paths relative to the folder, with forward slashes, in ordinal order.</summary>
    /// <exception cref="IOException">A folder is missing, cannot be read, or lies too deep.</exception>
    /// <exception cref="UnauthorizedAccessException">A folder cannot be read.</exception>
    public static IReadOnlyList<string> Of(string folder)
    {
        var found = new List<string>();
        string root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        Collect(root, "", [Real(root, root) ?? root], found);
        found.Sort(StringComparer.Ordinal);
        return found;
    }

    private static void Collect(string folder, string prefix, List<string> open, List<string> found)
    {
        if (open.Count > MaxDepth)
        {
            throw new IOException($"{folder}: lies deeper than {MaxDepth} folders, expected fewer");
        }
        foreach (var (name, isFolder) in Entries(folder))
        {
            string path = Path.Combine(folder, name);
            if (!isFolder)
            {
                found.Add(prefix + name);
            }
            else if (Real(path, Path.Combine(open[^1], name)) is { } real && !open.Any(o => LiesIn(o, real)))
            {
                open.Add(real);
                Collect(path, $"{prefix}{name}/", open, found);
                open.RemoveAt(open.Count - 1);
            }
        }
    }

    private static FileSystemEnumerable<(string Name, bool IsFolder)> Entries(string folder) =>
        new(folder, (ref FileSystemEntry e) =>
            (e.FileName.ToString(), e.IsDirectory), new EnumerationOptions { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false })
        {
            ShouldIncludePredicate = (ref FileSystemEntry e) => e.FileName[0] != '.',
        };

    private static bool LiesIn(string folder, string other) => folder == other
        || folder.StartsWith(Path.EndsInDirectorySeparator(other) ? other : other + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    // null: a link that leads nowhere by now
    private static string? Real(string path, string otherwise)
    {
        try
        {
            return Directory.ResolveLinkTarget(path, returnFinalTarget: true) is { } target ? Path.TrimEndingDirectorySeparator(target.FullName) : otherwise;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
