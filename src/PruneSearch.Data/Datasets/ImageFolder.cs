namespace PruneSearch.Data.Datasets;

/// <summary>The folder with a data set's pictures; names from annotations must stay within it.</summary>
internal sealed class ImageFolder
{
    public ImageFolder(string path)
    {
        Root = Path.GetFullPath(path);
        if (!Directory.Exists(Root))
        {
            throw new DatasetException($"{Root}: the folder of the pictures does not exist");
        }
    }

    /// <summary>Absolute path.</summary>
    public string Root { get; }

    /// <summary>Refuses names that are absolute or climb out of their folder.</summary>
    public static void CheckRelative(string name, string where)
    {
        bool climbs = name.Split('/', '\\').Contains("..");
        if (string.IsNullOrWhiteSpace(name) || climbs || name.Contains('\0', StringComparison.Ordinal) || Path.IsPathRooted(name))
        {
            throw new DatasetException($"{where}: '{name}' is no name of a picture, expected a path within the folder of the pictures");
        }
    }

    /// <summary>Checks that a picture is there.</summary>
    /// <returns>The name with forward slashes.</returns>
    public string Find(string name, string where)
    {
        CheckRelative(name, where);
        string relative = name.Replace('\\', '/');
        return File.Exists(Path.Combine(Root, relative))
            ? relative
            : throw new DatasetException($"{where}: there is no picture '{relative}' in {Root}");
    }
}
