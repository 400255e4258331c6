namespace PruneSearch.Data.Datasets;

/// <summary>
/// Finds names as annotations write them among those that there are: as they stand, else in another letter case, else in another
/// folder; but only where that leaves one choice.
/// </summary>
internal sealed class NameIndex
{
    /// <summary>The difference of a name that stands in another folder.</summary>
    public const string Folder = "folder";

    private readonly HashSet<string> _exact = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string?> _anyCase = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string?> _anyFolder = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>An index of names.</summary>
    /// <param name="names">Relative paths with forward slashes; their order does not matter.</param>
    public NameIndex(IEnumerable<string> names)
    {
        foreach (string name in names.Where(_exact.Add))
        {
            // null: more than one has it
            _anyCase[name] = _anyCase.ContainsKey(name) ? null : name;
            string last = LastOf(name);
            _anyFolder[last] = _anyFolder.ContainsKey(last) ? null : name;
        }
    }

    /// <summary>The name that is meant; <see langword="null"/> where there is none, or more than one.</summary>
    /// <param name="name">What an annotation says, with forward slashes.</param>
    /// <param name="difference">How it differs from what was said: empty for not at all.</param>
    public string? Find(string name, out string difference)
    {
        difference = "";
        if (_exact.Contains(name))
        {
            return name;
        }
        if (_anyCase.TryGetValue(name, out string? sameLetters))
        {
            difference = "letter case";
            return sameLetters;
        }
        difference = Folder;
        return _anyFolder.GetValueOrDefault(LastOf(name));
    }

    private static string LastOf(string name) => name[(name.LastIndexOf('/') + 1)..];
}
