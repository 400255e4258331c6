using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PruneSearch.Data.Datasets;

/// <summary>How values of COCO files are read, which tools write in several ways. Each kind of value has a type of its own.</summary>
internal static class CocoConverters
{
    private const int BoxNumbers = 4;
    private const string BoxExpected = "four numbers (left, top, width, height)";

    public static JsonSerializerOptions Format { get; } = new(JsonSerializerDefaults.Web)
    {
        Converters =
        {
            // An identifier: 7, 7.0 and "7" are the same.
            new Converter<long?>((ref Utf8JsonReader reader) => CocoValue.Whole(ref reader) ?? throw CocoValue.Wrong(ref reader, "a whole number")),
            // Pixels along an edge.
            new Converter<int?>((ref Utf8JsonReader reader) => CocoValue.Whole(ref reader) is >= 0 and <= int.MaxValue and var size ? (int)size
                : throw CocoValue.Wrong(ref reader, "a whole number of pixels")),
            // An area in pixels; one that is missing or unusable is computed from the box.
            new Converter<double?>((ref Utf8JsonReader reader) => CocoValue.Number(ref reader) ?? throw CocoValue.Wrong(ref reader, "a number")),
            new Converter<string?>(Name),
            new Converter<bool?>(Flag),
            new Converter<double[]?>(Box, handleNull: true),
        },
    };

    private delegate T Reading<T>(ref Utf8JsonReader reader);

    // A text, or a number that stands for one.
    private static string? Name(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => reader.GetString(),
        JsonTokenType.Number when reader.TryGetInt64(out long number) => number.ToString(CultureInfo.InvariantCulture),
        _ => throw CocoValue.Wrong(ref reader, "a text"),
    };

    private static bool? Flag(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        JsonTokenType.String when bool.TryParse(reader.GetString(), out bool flag) => flag,
        _ => CocoValue.Whole(ref reader) is var number and (0 or 1) ? number == 1 : throw CocoValue.Wrong(ref reader, "0, 1, true or false"),
    };

    // Left, top, width and height in pixels. An annotation without a box has null or an empty list.
    private static double[]? Box(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return [];
        }
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw CocoValue.Wrong(ref reader, BoxExpected);
        }
        double[] box = new double[BoxNumbers];
        int count = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (count == BoxNumbers)
            {
                throw new JsonException($"has more than {BoxNumbers} values, expected {BoxExpected}");
            }
            box[count] = CocoValue.Number(ref reader) ?? throw CocoValue.Wrong(ref reader, "a finite number", $"[{count}] ");
            count++;
        }
        return count is BoxNumbers ? box : count == 0 ? []
            : throw new JsonException($"has {count} {(count == 1 ? "value" : "values")}, expected {BoxExpected}");
    }

    private sealed class Converter<T>(Reading<T> read, bool handleNull = false) : JsonConverter<T>
    {
        public override bool HandleNull => handleNull;

        public override T? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => read(ref reader);

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => throw new NotSupportedException();
    }
}
