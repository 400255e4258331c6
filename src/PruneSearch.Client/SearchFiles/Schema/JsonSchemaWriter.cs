using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using static PruneSearch.Client.SearchFiles.Schema.KeyType;

namespace PruneSearch.Client.SearchFiles.Schema;

/// <summary>Writes the keys of the search file as a JSON schema (draft 2020-12), for editors.</summary>
internal static class JsonSchemaWriter
{
    private static readonly JsonSerializerOptions Layout = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The schema's text.</summary>
    public static string Write()
    {
        var schema = Mapping(SearchFileKeys.Root);
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.Insert(1, "title", "PruneSearch search file");
        return schema.ToJsonString(Layout) + "\n";
    }

    private static JsonObject Mapping(Section section, string? discriminator = null, string? word = null)
    {
        var properties = new JsonObject();
        if (discriminator is not null)
        {
            properties.Add(discriminator, new JsonObject { ["const"] = word });
        }
        foreach (var key in section.Keys)
        {
            var type = Of(key.Type);
            type.Insert(0, "description", key.Description);
            if (key.Default is not null)
            {
                type.Add("default", JsonSerializer.SerializeToNode(key.Default));
            }
            properties.Add(key.Name, type);
        }
        string[] required = [.. discriminator is null ? [] : new[] { discriminator }, .. section.Keys.Where(k => k.Required).Select(k => k.Name)];
        var schema = new JsonObject { ["type"] = "object", ["additionalProperties"] = false, ["properties"] = properties };
        if (required.Length > 0)
        {
            schema.Add("required", JsonSerializer.SerializeToNode(required));
        }
        return schema;
    }

    private static JsonObject Of(KeyType type) => type switch
    {
        Text t => new() { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = t.MaxLength },
        Identifier i => new() { ["type"] = "string", ["pattern"] = $"^[A-Za-z][A-Za-z0-9-]{{0,{i.MaxLength - 1}}}$" },
        FilePath => new() { ["type"] = "string", ["minLength"] = 1 },
        Choice c => new() { ["enum"] = JsonSerializer.SerializeToNode(c.Values) },
        Integer i => new() { ["type"] = "integer", ["minimum"] = i.Min, ["maximum"] = i.Max },
        Number n => new() { ["type"] = "number", [n.MinExclusive ? "exclusiveMinimum" : "minimum"] = n.Min, [n.MaxExclusive ? "exclusiveMaximum" : "maximum"] = n.Max },
        Flag => new() { ["type"] = "boolean" },
        Several s => new() { ["type"] = "array", ["minItems"] = s.Min, ["uniqueItems"] = true, ["items"] = Of(s.Item) },
        KeyType.Mapping m => Mapping(m.Section),
        Variant v => new() { ["type"] = "object", ["oneOf"] = new JsonArray([.. v.Variants.Select(x => Mapping(x.Section, v.Discriminator, x.Value))]) },
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "unknown type"),
    };
}
