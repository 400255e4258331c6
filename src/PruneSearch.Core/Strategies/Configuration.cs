using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PruneSearch.Core.Strategies;

/// <summary>
/// A point of a <see cref="SearchSpace"/>: one number a hyperparameter, in the space's order, NaN for those that do not count. Two
/// with equal numbers are equal.
/// </summary>
/// <param name="Values">The numbers.</param>
[GenerateSerializer, Immutable, Alias("prunesearch.Configuration")]
[JsonConverter(typeof(ConfigurationJson))]
public sealed record Configuration([property: Id(0)] ImmutableArray<double> Values)
{
    /// <summary>The number of a hyperparameter by its place in the space.</summary>
    public double this[int place] => Values[place];

    /// <summary>Whether all numbers are equal.</summary>
    public bool Equals(Configuration? other) => other is not null && Values.AsSpan().SequenceEqual(other.Values.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (double value in Values)
        {
            hash.Add(value);
        }
        return hash.ToHashCode();
    }

    /// <summary>The numbers with commas between them and a hyphen for one that does not count: the same on every machine.</summary>
    public override string ToString() =>
        string.Join(',', Values.Select(v => double.IsNaN(v) ? "-" : v.ToString("R", CultureInfo.InvariantCulture)));

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <exception cref="FormatException">The text is something else.</exception>
    public static Configuration Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new Configuration([.. text.Length == 0 ? [] : text.Split(',').Select(part => part == "-" ? double.NaN
            : PlainNumber.Parse(part) ?? throw new FormatException($"'{text}' is no configuration: '{part}', expected a number or '-'."))]);
    }

    private sealed class ConfigurationJson : JsonConverter<Configuration>
    {
        public override Configuration Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            try
            {
                return Parse(reader.GetString() ?? "");
            }
            catch (Exception e) when (e is FormatException or InvalidOperationException)
            {
                throw new JsonException(e.Message, e);
            }
        }

        public override void Write(Utf8JsonWriter writer, Configuration value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }
}
