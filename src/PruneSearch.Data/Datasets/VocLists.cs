using PruneSearch.Core.Files;
using PruneSearch.Data.Images;

namespace PruneSearch.Data.Datasets;

/// <summary>The lists of a VOC folder: a name a line or, in the lists of a class, a name and a flag. Names may have blanks in them.</summary>
internal sealed class VocLists(VocAnnotations annotations)
{
    private const int MaxBytes = 64 << 20;

    private static readonly string[] Flags = ["1", "-1", "0"];

    /// <summary>The annotations that a list names, in ordinal order.</summary>
    /// <exception cref="DatasetException">A line names none, or one that another line names.</exception>
    /// <exception cref="IOException">The list cannot be read.</exception>
    public IReadOnlyList<string> Read(string list, Findings findings)
    {
        var lines = new SortedDictionary<string, int>(StringComparer.Ordinal);
        int line = 0;
        foreach (string text in AnnotationText.Read(list, MaxBytes, findings, Path.GetFileName(list)).Split('\n'))
        {
            line++;
            if (string.IsNullOrWhiteSpace(text))
            {
                continue;
            }
            string where = $"{list}: line {line}", said = text.Trim();
            ImageFolder.CheckRelative(said, where, "an annotation");
            if (Find(said, out string difference) is not { } name)
            {
                throw new DatasetException($"{where}: there is no annotation '{said}.xml' in {annotations.Folder}");
            }
            if (difference.Length > 0)
            {
                findings.Add($"annotation stands under another {difference} than its list says",
                    $"annotations stand under another {difference} than their lists say", $"'{said}' is '{name}'");
            }
            if (!lines.TryAdd(name, line))
            {
                throw new DatasetException($"{where}: '{name}' stands twice, in line {lines[name]} too");
            }
        }
        return [.. lines.Keys];
    }

    /// <summary>Counts the annotations that no list names: nobody reads them.</summary>
    public static void CountUnlisted(VocAnnotations annotations, string list, Findings findings)
    {
        var lists = new VocLists(annotations);
        var unlisted = new SortedSet<string>(annotations.Names, StringComparer.Ordinal);
        foreach (string other in FileTree.Of(Path.GetDirectoryName(list)!).Where(f => f.EndsWith(".txt", StringComparison.OrdinalIgnoreCase)))
        {
            string text = AnnotationText.Read(Path.Combine(Path.GetDirectoryName(list)!, other), MaxBytes, new Findings(), other);
            unlisted.ExceptWith(TextFile.Lines(text).Select(l => lists.Find(l, out _)).OfType<string>());
        }
        foreach (string name in unlisted)
        {
            findings.Add("annotation is in no list and was not read", "annotations are in no list and were not read", name);
        }
    }

    // What stands there, without a flag, without the ending of a picture: the first of them that there is.
    private string? Find(string said, out string difference)
    {
        int blank = said.LastIndexOfAny([' ', '\t']);
        string plain = blank > 0 && Flags.Contains(said[(blank + 1)..]) ? said[..blank].TrimEnd() : said;
        difference = "";
        foreach (string candidate in new[] { said, plain, PictureFiles.IsPicture(plain) ? VocAnnotations.NameOf(plain) : plain }.Distinct())
        {
            if (annotations.Find(candidate, out difference) is { } found)
            {
                return found;
            }
        }
        return null;
    }
}
