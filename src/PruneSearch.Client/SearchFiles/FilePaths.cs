using PruneSearch.Client.SearchFiles.Schema;

namespace PruneSearch.Client.SearchFiles;

/// <summary>Files and folders that values name: relative to the search file's folder, and there.</summary>
internal sealed class FilePaths(DocumentReader reader, string searchFile)
{
    private readonly string _folder = Path.GetDirectoryName(Path.GetFullPath(searchFile))!;

    /// <summary>A file, absolute; <see langword="null"/> where none is named.</summary>
    public string? ExistingFile(Values v, string key)
    {
        if (!v.Has(key))
        {
            return null;
        }
        string file = Path.GetFullPath(v.Text(key), _folder);
        if (!File.Exists(file))
        {
            reader.Error(v.At(key), $"{key} '{v.Text(key)}' ({file}) does not exist, expected a file");
        }
        return file;
    }

    /// <summary>A folder, absolute.</summary>
    public string Folder(Values v, string key)
    {
        string folder = Path.GetFullPath(v.Text(key), _folder);
        if (!Directory.Exists(folder))
        {
            reader.Error(v.At(key), $"{key} '{v.Text(key)}' ({folder}) does not exist, expected a folder");
        }
        return folder;
    }
}
