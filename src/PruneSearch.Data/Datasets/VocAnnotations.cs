using PruneSearch.Core.Files;

namespace PruneSearch.Data.Datasets;

/// <summary>The annotation files of a VOC folder by their names: paths within the folder without their ending.</summary>
internal sealed class VocAnnotations
{
    private const string Ending = ".xml";

    private readonly string _folder;
    private readonly Dictionary<string, string> _files = new(StringComparer.Ordinal);
    private readonly NameIndex _names;

    /// <summary>Looks into the folder.</summary>
    /// <exception cref="DatasetException">It does not exist.</exception>
    public VocAnnotations(string folder)
    {
        _folder = folder;
        foreach (string file in Directory.Exists(folder)
            ? FileTree.Of(folder) : throw new DatasetException($"{folder}: the folder of the annotations does not exist"))
        {
            if (file.EndsWith(Ending, StringComparison.OrdinalIgnoreCase))
            {
                _files.TryAdd(NameOf(file), file); // "a.XML" sorts before "a.xml"; nobody has both
            }
        }
        _names = new NameIndex(_files.Keys);
    }

    public string Folder => _folder;

    public IReadOnlyCollection<string> Names => _files.Keys;

    public static string NameOf(string file) => file[..^Path.GetExtension(file).Length];

    /// <summary>The name that a list means; <see langword="null"/> when there is none.</summary>
    public string? Find(string name, out string difference) => _names.Find(name.Replace('\\', '/'), out difference);

    public string PathOf(string name) => Path.Combine(_folder, _files[name]);
}
