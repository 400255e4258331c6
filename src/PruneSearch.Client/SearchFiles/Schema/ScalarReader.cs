using PruneSearch.Core.Settings;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;
using static PruneSearch.Core.Settings.SettingType;

namespace PruneSearch.Client.SearchFiles.Schema;

/// <summary>Turns the text of a YAML scalar into the value that a key wants.</summary>
internal static class ScalarReader
{
    /// <summary>The value, or <see langword="null"/> when it is of another type or out of range.</summary>
    public static object? Parse(YamlScalarNode node, SettingType type)
    {
        string text = node.Value ?? "";
        bool plain = node.Style is ScalarStyle.Plain or ScalarStyle.Any;
        return type switch
        {
            WholeNumber or Number or Flag => plain ? type.Parse(text) : null, // quoted text is text: "8" is no number
            Text or ExistingPath => plain && text is "null" or "~" ? null : type.Parse(text),
            _ => type.Parse(text),
        };
    }
}

/// <summary>Finds what a misspelt word was meant to be.</summary>
internal static class Nearest
{
    /// <summary>The word with the smallest edit distance, if it is small enough to be a slip.</summary>
    public static string? To(string word, IEnumerable<string> words)
    {
        string normal = word.Replace('_', '-').ToLowerInvariant();
        var best = words.Select(w => (Word: w, Distance: Distance(normal, w))).OrderBy(x => x.Distance).FirstOrDefault();
        return best.Word is not null && word.Length is > 1 and < 100 && best.Distance <= Math.Max(word.Length >= 4 ? 2 : 1, word.Length / 3) ? best.Word : null;
    }

    // Levenshtein distance by rows.
    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, 1 + Math.Min(row[j], row[j - 1]));
            }
        }
        return row[b.Length];
    }
}
