using System.Text.Json;
using System.Text.Json.Serialization;

namespace PruneSearch.Core.Stages;

/// <summary>Writes a key as its digits and refuses what is none.</summary>
internal sealed class StageKeyJson : JsonConverter<StageKey>
{
    /// <inheritdoc/>
    public override StageKey Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        string? text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        return StageKey.TryParse(text, out var key) ? key
            : throw new JsonException(StageKey.Complaint(text ?? reader.TokenType.ToString()));
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, StageKey value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
