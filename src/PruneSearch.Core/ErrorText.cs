using System.Globalization;

namespace PruneSearch.Core;

/// <summary>Error messages quote names and parser errors that come from files.</summary>
public static class ErrorText
{
    private const int MaxLength = 1000;
    private const char Cut = '…';

    /// <summary>
    /// The text on one line, not longer than anyone would read, and without characters that break lines, move the cursor or turn
    /// the direction of what follows.
    /// </summary>
    public static string OneLine(string text)
    {
        string shown = text.Length <= MaxLength ? text : string.Concat(text.AsSpan(0, MaxLength - (char.IsHighSurrogate(text[MaxLength - 1]) ? 1 : 0)), [Cut]);
        return string.Create(shown.Length, shown, static (span, all) =>
        {
            for (int i = 0; i < span.Length; i++)
            {
                span[i] = IsShown(all[i]) ? all[i] : ' ';
            }
        });
    }

    /// <summary>
    /// The first line of a message of several, shown as <see cref="OneLine"/> does: what follows it in messages of libraries is advice and stacks.
    /// </summary>
    public static string FirstLine(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return OneLine(text.Split('\n', 2)[0].Trim());
    }

    // Joiners within words (U+200C, U+200D) belong to scripts and emoji and stay.
    private static bool IsShown(char c) => char.GetUnicodeCategory(c) switch
    {
        UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => false,
        UnicodeCategory.Format => c is '\u200C' or '\u200D',
        _ => true,
    };
}
