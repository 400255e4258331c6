using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Settings;

namespace PruneSearch.Client.Tests.SearchFiles;

/// <summary>Writes the settings of a search as a JSON schema (draft 2020-12), for editors.</summary>
internal static class JsonSchemaWriter
{
    private static readonly JsonSerializerOptions Layout = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write()
    {
        var schema = Mapping(SettingsSection.Of<SearchSettings>());
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.Insert(1, "title", "PruneSearch search file");
        schema.Add("oneOf", new JsonArray([.. SearchSettings.Tried.Select(key => new JsonObject { ["required"] = new JsonArray(key) })]));
        return schema.ToJsonString(Layout) + "\n";
    }

    private static JsonObject Mapping(SettingsSection section) => section.FormKey is not { } key ? Mapping(section.Common)
        : new() { ["type"] = "object", ["oneOf"] = new JsonArray([.. section.Forms.Select(f => Form(section, key, f.Word))]) };

    private static JsonObject Form(SettingsSection section, Setting key, string word)
    {
        var schema = Mapping([key with { Required = key.Required || word != (string?)key.Default, Default = null }, .. section.All(word)]);
        var form = schema["properties"]![key.Key]!.AsObject();
        form.Remove("enum");
        form.Add("const", word);
        return schema;
    }

    private static JsonObject Mapping(IReadOnlyList<Setting> settings)
    {
        var properties = new JsonObject();
        foreach (var setting in settings)
        {
            var type = Of(setting.Type);
            type.Insert(0, "description", setting.Description);
            if (setting.Default is not null)
            {
                type.Add("default", JsonSerializer.SerializeToNode(setting.Default));
            }
            properties.Add(setting.Key, type);
        }
        var schema = new JsonObject { ["type"] = "object", ["additionalProperties"] = false, ["properties"] = properties };
        string[] required = [.. settings.Where(s => s.Required).Select(s => s.Key)];
        if (required.Length > 0)
        {
            schema.Add("required", JsonSerializer.SerializeToNode(required));
        }
        return schema;
    }

    private static JsonObject Of(SettingType type) => type switch
    {
        SettingType.Text t => new() { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = t.MaxLength },
        SettingType.Identifier i => new() { ["type"] = "string", ["pattern"] = $"^[A-Za-z][A-Za-z0-9-]{{0,{i.MaxLength - 1}}}$" },
        SettingType.ExistingPath => new() { ["type"] = "string", ["minLength"] = 1 },
        SettingType.Choice c => new() { ["enum"] = JsonSerializer.SerializeToNode(c.Words) },
        SettingType.WholeNumber i => new() { ["type"] = "integer", ["minimum"] = i.Min, ["maximum"] = i.Max },
        SettingType.Number n => new()
        {
            ["type"] = "number",
            [n.MinExclusive ? "exclusiveMinimum" : "minimum"] = n.Min,
            [n.MaxExclusive ? "exclusiveMaximum" : "maximum"] = n.Max,
        },
        SettingType.Flag => new() { ["type"] = "boolean" },
        SettingType.Several { OneAlone: true } s => Either(Of(s.Item), Of(s with { OneAlone = false })),
        SettingType.Several s => new() { ["type"] = "array", ["minItems"] = s.Min, ["uniqueItems"] = true, ["items"] = Of(s.Item) },
        SettingType.Domain { Range: { } range } d => Either(Of(d.List), Mapping(range)),
        SettingType.Domain d => Of(d.List),
        SettingType.Mapping { Word: { } word } m => Either(Of(word), Mapping(m.Section)),
        SettingType.Mapping m => Mapping(m.Section),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "unknown type"),
    };

    private static JsonObject Either(JsonObject one, JsonObject other) => new() { ["anyOf"] = new JsonArray(one, other) };
}
