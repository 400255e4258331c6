using System.Text.Json;
using System.Text.Json.Serialization;

namespace PruneSearch.Data.Datasets;

/// <summary>A value that is only read.</summary>
internal abstract class ReadConverter<T> : JsonConverter<T>
{
    public sealed override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => throw new NotSupportedException();
}

/// <summary>An identifier: 7, 7.0 and "7" are the same.</summary>
internal sealed class IdentifierConverter : ReadConverter<long?>
{
    public override long? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        CocoValue.Whole(ref reader) ?? throw CocoValue.Wrong(ref reader, "a whole number");
}

/// <summary>Pixels along an edge.</summary>
internal sealed class SizeConverter : ReadConverter<int?>
{
    public override int? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        CocoValue.Whole(ref reader) is >= 0 and <= int.MaxValue and var size ? (int)size : throw CocoValue.Wrong(ref reader, "a whole number of pixels");
}

/// <summary>A name: a text, or a number that stands for one.</summary>
internal sealed class NameConverter : ReadConverter<string?>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.String => reader.GetString(),
        JsonTokenType.Number when reader.TryGetInt64(out long number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture),
        _ => throw CocoValue.Wrong(ref reader, "a text"),
    };
}

/// <summary>An area in pixels; one that is missing or unusable is computed from the box.</summary>
internal sealed class AreaConverter : ReadConverter<double?>
{
    public override double? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        CocoValue.Number(ref reader) ?? throw CocoValue.Wrong(ref reader, "a number");
}

/// <summary>0 or 1, false or true.</summary>
internal sealed class FlagConverter : ReadConverter<bool?>
{
    public override bool? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        JsonTokenType.String when bool.TryParse(reader.GetString(), out bool flag) => flag,
        _ => CocoValue.Whole(ref reader) switch
        {
            0 => false,
            1 => true,
            _ => throw CocoValue.Wrong(ref reader, "0, 1, true or false"),
        },
    };
}

/// <summary>Four numbers: left, top, width and height in pixels. An annotation without a box has null or an empty list.</summary>
internal sealed class BoxConverter : ReadConverter<double[]?>
{
    private const int Numbers = 4;
    private const string Expected = "four numbers (left, top, width, height)";

    public override bool HandleNull => true;

    public override double[]? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return [];
        }
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw CocoValue.Wrong(ref reader, Expected);
        }
        double[] box = new double[Numbers];
        int count = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (count == Numbers)
            {
                throw new JsonException($"has more than {Numbers} values, expected {Expected}");
            }
            box[count] = CocoValue.Number(ref reader) ?? throw CocoValue.Wrong(ref reader, "a finite number", $"[{count}] ");
            count++;
        }
        return count is Numbers ? box : count == 0 ? [] : throw new JsonException($"has {count} {(count == 1 ? "value" : "values")}, expected {Expected}");
    }
}
