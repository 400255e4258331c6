using System.Globalization;
using System.Text;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Settings;

namespace PruneSearch.Client.Tests.SearchFiles;

/// <summary>Writes the settings of a search as the tables of the guide.</summary>
internal static class GuideTables
{
    /// <summary>All tables, in Markdown. Records that stand in several places have one table.</summary>
    public static string Write()
    {
        var text = new StringBuilder();
        foreach (var same in Sections("", SettingsSection.Of<SearchSettings>()).GroupBy(s => s.Section.Type))
        {
            string[] paths = [.. same.Select(s => s.Path).OrderBy(p => p.Length).Select(p => $"`{p}`")];
            string title = paths switch { ["``"] => "The whole file", [var one] => one, _ => $"{string.Join(", ", paths[..^1])} and {paths[^1]}" };
            Section(text, title, same.First().Section);
        }
        return text.ToString();
    }

    private static void Section(StringBuilder text, string title, SettingsSection section)
    {
        Table(text, title, [.. section.FormKey is { } key ? [key] : Array.Empty<Setting>(), .. section.Common]);
        foreach (var (word, own, _) in section.Forms.Where(f => f.Own.Count > 0))
        {
            Table(text, $"{title} with `{section.FormKey!.Key}: {word}`", own);
        }
    }

    // The section itself, then those below it, in the order of the keys.
    private static IEnumerable<(string Path, SettingsSection Section)> Sections(string path, SettingsSection section) =>
    [
        (path, section),
        .. section.Forms.SelectMany(f => f.Own).Concat(section.Common).SelectMany(s => Below(path.Length == 0 ? s.Key : $"{path}.{s.Key}", s.Type)),
    ];

    private static IEnumerable<(string Path, SettingsSection Section)> Below(string path, SettingType type) => type switch
    {
        SettingType.Mapping m => Sections(path, m.Section),
        SettingType.Several s => Below(path + "[]", s.Item),
        _ => [],
    };

    private static void Table(StringBuilder text, string title, IReadOnlyList<Setting> settings)
    {
        text.Append(CultureInfo.InvariantCulture, $"### {title}\n\n| key | what | values | default |\n|---|---|---|---|\n");
        var own = settings.Where(s => s.Origin is null).ToList();
        own.ForEach(s => text.Append(CultureInfo.InvariantCulture, $"| `{s.Key}` | {s.Description} | {Values(s.Type)} | {Default(s)} |\n"));
        foreach (string? origin in settings.Select(s => s.Origin).OfType<string>().Distinct())
        {
            text.Append(CultureInfo.InvariantCulture,
                $"| every key of `{origin}` | As there. | a list of values that it may have there, or a range of numbers | – |\n");
        }
        text.Append('\n');
        foreach (var setting in own)
        {
            Choices(text, setting);
        }
    }

    // A list of what may be chosen, where that is described one by one.
    private static void Choices(StringBuilder text, Setting setting)
    {
        var described = setting.Type is SettingType.Choice c
            ? c.Values.Select(v => (Name: v.Key, What: v.Value is Enum e ? EnumNames.DescriptionOf(e) : null)).ToList() : [];
        if (described.Any(v => v.What is not null))
        {
            text.Append(CultureInfo.InvariantCulture, $"`{setting.Key}`:\n\n");
            described.ForEach(v => text.Append(CultureInfo.InvariantCulture, $"- `{v.Name}`: {v.What}\n"));
            text.Append('\n');
        }
    }

    private static string Values(SettingType type) => type switch
    {
        SettingType.Mapping { Word: { } word } => $"`{word.Expected}`, or a mapping, see below",
        SettingType.Mapping => "a mapping, see below",
        SettingType.Several { Item: SettingType.Mapping } => "a list of mappings, see below",
        _ => type.Expected,
    };

    private static string Default(Setting setting) => setting switch
    {
        { Required: true } => "required",
        { Default: null } => "–",
        { Default: object[] items } => $"`[{string.Join(", ", items)}]`",
        { Default: bool b } => b ? "`true`" : "`false`",
        _ => string.Create(CultureInfo.InvariantCulture, $"`{setting.Default}`"),
    };
}
