using System.Collections;
using System.Globalization;
using System.Text.Json;

namespace PruneSearch.Core.Settings;

/// <summary>Values of settings as text: words and numbers as a search file has them, lists and mappings as JSON.</summary>
public static class SettingText
{
    /// <summary>The text of a value.</summary>
    public static string Of(object value) => value switch
    {
        string text => text,
        bool flag => flag ? "true" : "false",
        Enum e => EnumNames.Of(e),
        int or double => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        IEnumerable items => JsonSerializer.Serialize(items.Cast<object>().Select(Of), CoreJson.Canonical),
        _ => JsonSerializer.Serialize(value, value.GetType(), CoreJson.Canonical),
    };

    /// <summary>The value of a text; <see langword="null"/> for the word that says that there is none.</summary>
    /// <param name="text">What <see cref="Of"/> made of the value, or a number as anybody writes it.</param>
    /// <param name="type">What the setting may be.</param>
    /// <exception cref="FormatException">The text is no such value; the message says what was expected.</exception>
    public static object? Parse(string text, SettingType type)
    {
        try
        {
            return type switch
            {
                SettingType.Mapping m when m.Parse(text) is not null => null,
                SettingType.Mapping m => JsonSerializer.Deserialize(text, m.Section.Type, CoreJson.Canonical),
                SettingType.Several s => JsonSerializer.Deserialize<string[]>(text, CoreJson.Canonical)!.Select(i => Parse(i, s.Item)!).ToList(),
                _ => type.Parse(text) ?? throw new FormatException(),
            };
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            throw new FormatException($"'{text}' is not what the setting takes, expected {type.Expected}", e);
        }
    }
}
