using System.Globalization;
using System.Text;

namespace PruneSearch.Cli;

/// <summary>Lines of CSV (RFC 4180), numbers with a decimal point.</summary>
internal static class CsvText
{
    public static void AppendLine(StringBuilder text, params IEnumerable<object?> cells) => text.AppendJoin(',', cells.Select(Cell)).Append('\n');

    private static string Cell(object? value)
    {
        string text = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
        return text.AsSpan().ContainsAny(",\"\n\r") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
    }
}
