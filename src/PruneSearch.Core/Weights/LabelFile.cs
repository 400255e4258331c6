using PruneSearch.Core.Files;

namespace PruneSearch.Core.Weights;

/// <summary>
/// The names of a detector's class outputs as a text file: one a line, background first, as <see cref="DetectorFolder"/> writes
/// it and as TensorFlow's label maps are.
/// </summary>
public static class LabelFile
{
    /// <summary>Largest file that is read, in bytes.</summary>
    public const int MaxBytes = 1 << 20;

    /// <summary>What the first line is when it is written.</summary>
    public const string Background = "background";

    private static readonly string[] BackgroundNames = [Background, "__background__", "_background_", "bg", "???", "none"];

    /// <summary>The names without the background.</summary>
    /// <exception cref="IOException">There is no such regular file, it is too large, or it cannot be read.</exception>
    /// <exception cref="FormatException">
    /// It is no text, has fewer than two names or one twice, or does not begin with the background: without that check the first
    /// class would be taken for it.
    /// </exception>
    public static IReadOnlyList<string> Read(string path)
    {
        var names = TextFile.Lines(TextFile.Read(path, MaxBytes));
        string? twice = names.GroupBy(n => n, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1)?.Key;
        return names.Count < 2 ? throw Wrong($"has {names.Count} {(names.Count == 1 ? "name" : "names")}, expected the background's and at least one class")
            : twice is not null ? throw Wrong($"'{twice}' stands twice, expected different names")
            : BackgroundNames.Contains(names[0], StringComparer.OrdinalIgnoreCase) ? [.. names.Skip(1)]
            : throw Wrong($"the first name is '{names[0]}', expected the background's ({string.Join(", ", BackgroundNames)})");

        FormatException Wrong(string what) => new(ErrorText.OneLine($"{path}: {what}"));
    }

    /// <summary>The text of a file with these classes.</summary>
    public static string Text(IEnumerable<string> classes) => string.Join('\n', [Background, .. classes]) + "\n";
}
