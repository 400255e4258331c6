using PruneSearch.Core.Files;

namespace PruneSearch.Core.Detectors;

/// <summary>
/// The names of a detector's class outputs as a text file: one a line, the background first where it is one, as <see cref="DetectorFolder"/> writes
/// it and as TensorFlow's label maps are.
/// </summary>
public static class LabelFile
{
    /// <summary>Largest file that is read, in bytes.</summary>
    public const int MaxBytes = 1 << 20;

    /// <summary>What the first line is when it is written.</summary>
    public const string Background = "background";

    private static readonly string[] BackgroundNames = [Background, "__background__", "_background_", "bg", "???", "none"];

    /// <summary>The names without the background's.</summary>
    /// <param name="background">
    /// Whether the first class output is the background; <see langword="null"/> where that is not known: the first name then is
    /// the background's if it is called so.
    /// </param>
    /// <exception cref="IOException">There is no such regular file, it is too large, or it cannot be read.</exception>
    /// <exception cref="FormatException">
    /// It is no text, names no class or one twice, or does not begin with the background although it should: without that check the
    /// first class would be taken for it.
    /// </exception>
    public static IReadOnlyList<string> Read(string path, bool? background = null)
    {
        var names = TextFile.Lines(TextFile.Read(path, MaxBytes));
        string? twice = names.GroupBy(n => n, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1)?.Key;
        bool begins = names.Count > 0 && BackgroundNames.Contains(names[0], StringComparer.OrdinalIgnoreCase);
        int first = (background ?? begins) ? 1 : 0;
        return names.Count < first + 1
            ? throw Wrong($"has {names.Count} {(names.Count == 1 ? "name" : "names")}, expected {(background == false ? "" : "the background's and ")}at " +
                "least one class")
            : twice is not null ? throw Wrong($"'{twice}' stands twice, expected different names")
            : first == 0 || begins ? [.. names.Skip(first)]
            : throw Wrong($"the first name is '{names[0]}', expected the background's ({string.Join(", ", BackgroundNames)})");

        FormatException Wrong(string what) => new(ErrorText.OneLine($"{path}: {what}"));
    }

    /// <summary>The text of a file with the class outputs of a detector.</summary>
    public static string Text(DetectorModel model) =>
        string.Join('\n', [.. model.Scores.Background ? [Background] : Array.Empty<string>(), .. model.Spec.Classes]) + "\n";
}
