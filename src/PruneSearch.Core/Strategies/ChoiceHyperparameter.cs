using System.Globalization;
using System.Text.Json.Serialization;

namespace PruneSearch.Core.Strategies;

/// <summary>One of several values; its number is the value's place among them, from 0.</summary>
[GenerateSerializer, Immutable, Alias("prunesearch.ChoiceHyperparameter")]
public sealed record ChoiceHyperparameter : Hyperparameter
{
    /// <summary>The values as they stand in a search file, each once, at least one.</summary>
    [Id(0)]
    public required IReadOnlyList<string> Values { get; init; }

    /// <summary>Whether neighbours are alike: numbers from small to large, for example.</summary>
    [Id(1)]
    public bool Ordered { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override int? Count => Values.Count;

    /// <inheritdoc/>
    public override double FromUnit(double unit) => Math.Clamp(Math.Floor(unit * Values.Count), 0, Values.Count - 1);

    /// <inheritdoc/>
    public override double ToUnit(double value) => (value + 0.5) / Values.Count;

    /// <inheritdoc/>
    public override bool Accepts(double value) => value >= 0 && value < Values.Count && Math.Floor(value) == value;

    /// <inheritdoc/>
    public override string Text(double value) => Values[(int)value];

    /// <inheritdoc/>
    public override double? Find(string text)
    {
        int place = Values.ToList().IndexOf(text);
        return place < 0 ? null : place;
    }

    /// <summary>The same values, whatever holds them.</summary>
    public bool Equals(ChoiceHyperparameter? other) => base.Equals(other) && Ordered == other.Ordered && Values.SequenceEqual(other.Values);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(base.GetHashCode(), Ordered, Values.Count);

    internal override string? Complaint() =>
        Values.Count == 0 ? "no value: expected at least one"
        : Values.GroupBy(v => v).FirstOrDefault(g => g.Count() > 1) is { } twice
            ? string.Create(CultureInfo.InvariantCulture, $"'{twice.Key}' stands {twice.Count()} times: expected every value once")
        : null;
}
