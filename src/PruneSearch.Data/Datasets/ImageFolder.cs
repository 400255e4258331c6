using PruneSearch.Core.Files;
using PruneSearch.Data.Images;

namespace PruneSearch.Data.Datasets;

/// <summary>The folder with a data set's pictures; names from annotations must stay within it.</summary>
internal sealed class ImageFolder
{
    private readonly Lazy<IReadOnlyList<string>> _files;
    private readonly Lazy<NameIndex> _names;

    public ImageFolder(string path)
    {
        Root = Path.GetFullPath(path);
        if (!Directory.Exists(Root))
        {
            throw new DatasetException($"{Root}: the folder of the pictures does not exist");
        }
        _files = new(() => FileTree.Of(Root));
        _names = new(() => new NameIndex(Files));
    }

    public string Root { get; }

    /// <summary>All files in it and in the folders in it.</summary>
    public IReadOnlyList<string> Files => _files.Value;

    /// <summary>Refuses names that are absolute or climb out of their folder.</summary>
    public static void CheckRelative(string name, string where, string what = "a picture")
    {
        bool climbs = name.Split('/', '\\').Contains("..");
        if (string.IsNullOrWhiteSpace(name) || climbs || name.Contains('\0', StringComparison.Ordinal) || Path.IsPathRooted(name))
        {
            throw new DatasetException($"{where}: '{name}' is no name of {what}, expected a path within the folder, without '..'");
        }
    }

    /// <summary>Finds a picture by the name that an annotation says; a name with other letter case or folder is counted.</summary>
    /// <returns>Its path within the folder, with forward slashes; <see langword="null"/> when there is none.</returns>
    public string? Find(string name, string where, Findings findings)
    {
        CheckRelative(name, where);
        string relative = name.Replace('\\', '/');
        if (File.Exists(Path.Combine(Root, relative)))
        {
            return relative;
        }
        if (_names.Value.Find(relative, out string difference) is not { } found)
        {
            return null;
        }
        findings.Add($"picture stands under another {difference} than its annotation says",
            $"pictures stand under another {difference} than their annotations say", $"'{relative}' is '{found}'");
        return found;
    }

    /// <summary>Counts the files whose ending is no picture's.</summary>
    public void CountOthers(Findings findings)
    {
        foreach (string other in Files.Where(f => !PictureFiles.IsPicture(f)))
        {
            findings.Add(
                $"file in {Root} was not read: its ending is none of {PictureFiles.Expected}",
                $"files in {Root} were not read: their endings are none of {PictureFiles.Expected}", other);
        }
    }
}
