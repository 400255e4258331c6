using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace PruneSearch.Core.Detectors;

/// <summary>The JSON form of a specification: the type of its options follows from its architecture.</summary>
internal sealed class DetectorSpecConverter : JsonConverter<DetectorSpec>
{
    private const int FlatFormat = 1;

    public override DetectorSpec Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        try
        {
            var json = JsonNode.Parse(ref reader) as JsonObject ?? throw new JsonException("it is no object");
            int format = json["format"]?.GetValue<int>() ?? FlatFormat;
            if (format == FlatFormat)
            {
                json = Nested(json);
            }
            else if (format != DetectorSpec.CurrentFormat)
            {
                throw new JsonException($"format {format} is not known, expected {DetectorSpec.CurrentFormat}");
            }
            var form = json.Deserialize<Form>(options)!;
            var defaults = DetectorCatalog.Find(form.Architecture ?? throw Missing("architecture")).Template;
            return new DetectorSpec
            {
                Architecture = form.Architecture,
                InputSize = form.InputSize ?? defaults.InputSize,
                Classes = form.Classes?.All(c => c is not null) == true ? form.Classes : throw Missing("classes"),
                BatchNorm = form.BatchNorm ?? true,
                Options = form.Options is { ValueKind: JsonValueKind.Object } own
                    ? (DetectorOptions)own.Deserialize(defaults.Options.GetType(), options)! : defaults.Options,
                Widths = new(form.Widths ?? [], StringComparer.Ordinal),
            };
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or FormatException)
        {
            throw new JsonException(e.Message, e);
        }
    }

    public override void Write(Utf8JsonWriter writer, DetectorSpec value, JsonSerializerOptions options) => JsonSerializer.Serialize(
        writer,
        new Form(value.Format, value.Architecture, value.InputSize, value.Classes, value.BatchNorm,
            JsonSerializer.SerializeToElement(value.Options, value.Options.GetType(), options), value.Widths),
        options);

    // Format 1: whatever is not part of any specification is an option of the family.
    private static JsonObject Nested(JsonObject flat)
    {
        string[] own = ["architecture", "inputSize", "classes", "batchNorm", "widths"];
        var nested = new JsonObject();
        var options = new JsonObject();
        foreach (var (name, value) in flat.Where(m => m.Key != "format").ToList())
        {
            flat.Remove(name);
            (own.Contains(name) ? nested : options).Add(name, value);
        }
        nested.Add("options", options);
        return nested;
    }

    private static JsonException Missing(string member) => new($"its {member} are missing or null");

    private sealed record Form(int? Format, string? Architecture, int? InputSize,
        IReadOnlyList<string>? Classes, bool? BatchNorm, JsonElement? Options, SortedDictionary<string, int>? Widths);
}
