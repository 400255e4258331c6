namespace PruneSearch.Core;

/// <summary>Error messages quote names and parser errors that come from files.</summary>
public static class ErrorText
{
    private const int MaxLength = 1000;

    /// <summary>The text on one line, without control characters, and not longer than anyone would read.</summary>
    public static string OneLine(string text) =>
        string.Create(Math.Min(text.Length, MaxLength), text, static (span, all) =>
        {
            for (int i = 0; i < span.Length; i++)
            {
                span[i] = char.IsControl(all[i]) ? ' ' : all[i];
            }
        });
}
