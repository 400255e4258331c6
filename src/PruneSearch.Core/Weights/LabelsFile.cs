namespace PruneSearch.Core.Weights;

/// <summary>Reads class names as they lie beside weights: one a line, in the order of the class outputs.</summary>
public static class LabelsFile
{
    private const int MaxBytes = 1 << 20;
    private static readonly string[] BackgroundNames = ["background", "__background__", "???", "none", "unlabeled"];

    /// <summary>The names without the background's.</summary>
    /// <param name="path">The file.</param>
    /// <param name="background">Whether the first name is the background's; <see langword="null"/> where only the name itself tells.</param>
    /// <exception cref="FormatException">It is too large, names no class, or one twice.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static IReadOnlyList<string> Read(string path, bool? background = null)
    {
        if (new FileInfo(path) is { Exists: true, Length: > MaxBytes } large)
        {
            throw new FormatException($"{path}: {large.Length} bytes, expected a class name a line, at most {MaxBytes} bytes");
        }
        string[] names = [.. File.ReadLines(path).Select(l => l.Trim()).Where(l => l.Length > 0)];
        string? twice = names.GroupBy(n => n, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1)?.Key;
        int first = names.Length > 0 && (background ?? BackgroundNames.Contains(names[0], StringComparer.OrdinalIgnoreCase)) ? 1 : 0;
        return twice is not null ? throw new FormatException($"{path}: '{twice}' stands twice, expected different names")
            : names.Length > first ? names[first..]
            : throw new FormatException($"{path}: {names.Length} names, expected {(background == false ? "" : "the background's and ")}at least one class");
    }
}
