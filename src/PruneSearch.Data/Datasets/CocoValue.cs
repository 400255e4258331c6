using System.Globalization;
using System.Text;
using System.Text.Json;
using PruneSearch.Core;

namespace PruneSearch.Data.Datasets;

/// <summary>Values as programs write them, where it is clear what is meant, and what is said about the others.</summary>
internal static class CocoValue
{
    private const int Shown = 80;

    /// <summary>A finite number, or a text that is one.</summary>
    public static double? Number(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.Number when reader.TryGetDouble(out double number) && double.IsFinite(number) => number,
        JsonTokenType.String => PlainNumber.Parse(reader.GetString()!.Trim()),
        _ => null,
    };

    /// <summary>A whole number, also one written with decimals that are zero, or as a text.</summary>
    public static long? Whole(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out long whole))
        {
            return whole;
        }
        if (reader.TokenType == JsonTokenType.String
            && long.TryParse(reader.GetString()!.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out whole))
        {
            return whole;
        }
        const double MaxExact = 1L << 53; // above it, neighbouring numbers look alike
        return Number(ref reader) is { } number && number == Math.Floor(number) && Math.Abs(number) <= MaxExact ? (long)number : null;
    }

    /// <summary>The error for the value at the reader.</summary>
    public static JsonException Wrong(ref Utf8JsonReader reader, string expected, string where = "") =>
        new($"{where}is {Found(ref reader)}, expected {expected}");

    private static string Found(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.Null => "null",
        JsonTokenType.True => "true",
        JsonTokenType.False => "false",
        JsonTokenType.StartArray => "a list",
        JsonTokenType.StartObject => "an object",
        JsonTokenType.String => $"'{Short(reader.GetString()!)}'",
        _ => Short(Encoding.UTF8.GetString(reader.HasValueSequence ? System.Buffers.BuffersExtensions.ToArray(reader.ValueSequence) : reader.ValueSpan)),
    };

    private static string Short(string text) => text.Length > Shown ? text[..Shown] + "…" : text;
}
