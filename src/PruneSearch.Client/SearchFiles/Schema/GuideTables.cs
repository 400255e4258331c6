using System.Globalization;
using System.Text;

namespace PruneSearch.Client.SearchFiles.Schema;

/// <summary>Writes the keys of the search file as the tables of the guide.</summary>
internal static class GuideTables
{
    /// <summary>All tables, in Markdown.</summary>
    public static string Write()
    {
        var text = new StringBuilder();
        Section(text, "The whole file", "", SearchFileKeys.Root);
        return text.ToString();
    }

    private static void Section(StringBuilder text, string title, string path, Section section)
    {
        text.Append(CultureInfo.InvariantCulture, $"### {title}\n\n| key | what | values | default |\n|---|---|---|---|\n");
        foreach (var key in section.Keys)
        {
            text.Append(CultureInfo.InvariantCulture, $"| `{key.Name}` | {key.Description} | {Values(key.Type)} | {Default(key)} |\n");
        }
        text.Append('\n');
        foreach (var key in section.Keys)
        {
            Nested(text, path.Length == 0 ? key.Name : $"{path}.{key.Name}", key.Type);
        }
    }

    private static void Nested(StringBuilder text, string path, KeyType type)
    {
        switch (type)
        {
            // Both trainings have the same keys, and so has what a variant says instead; they are listed once.
            case KeyType.Mapping m when (m.Section != SearchFileKeys.FineTune || path == "fine-tune") && !path.StartsWith("variants[].", StringComparison.Ordinal):
                Section(text, path == "fine-tune" ? "`fine-tune` and `detector.fine-tune`" : $"`{path}`", path, m.Section);
                break;
            case KeyType.Several s:
                Nested(text, path + "[]", s.Item);
                break;
            case KeyType.Variant v:
                foreach (var (value, section) in v.Variants)
                {
                    Section(text, $"`{path}` with `{v.Discriminator}: {value}`", path, section);
                }
                break;
        }
    }

    private static string Values(KeyType type) => type switch
    {
        KeyType.Mapping => "a mapping, see below",
        KeyType.Several { Item: KeyType.Mapping } => "a list of mappings, see below",
        KeyType.Variant v => $"a mapping with `{v.Discriminator}`: {string.Join(", ", v.Variants.Select(x => $"`{x.Value}`"))}",
        KeyType.Several { Item: KeyType.Variant v } => $"a list of mappings with `{v.Discriminator}`: {string.Join(", ", v.Variants.Select(x => $"`{x.Value}`"))}",
        _ => DocumentReader.Describe(type),
    };

    private static string Default(Key key) => key switch
    {
        { Required: true } => "required",
        { Default: null } => "–",
        { Default: IEnumerable<string> items } and { Default: not string } => $"`[{string.Join(", ", items)}]`",
        { Default: bool b } => b ? "`true`" : "`false`",
        _ => string.Create(CultureInfo.InvariantCulture, $"`{key.Default}`"),
    };
}
