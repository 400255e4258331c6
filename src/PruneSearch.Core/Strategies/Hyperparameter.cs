using System.Text.Json.Serialization;

namespace PruneSearch.Core.Strategies;

/// <summary>
/// One thing that a search may choose, as a strategy sees it: a number. What the number stands for is <see cref="Text"/>. Every kind
/// maps the unit interval onto its values, so that a point of the unit cube is a configuration.
/// </summary>
[GenerateSerializer, Immutable, Alias("prunesearch.Hyperparameter")]
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(RealHyperparameter), "real")]
[JsonDerivedType(typeof(WholeHyperparameter), "whole")]
[JsonDerivedType(typeof(ChoiceHyperparameter), "choice")]
public abstract record Hyperparameter
{
    /// <summary>Unique in its space; the key of the search file.</summary>
    [Id(0)]
    public required string Name { get; init; }

    /// <summary>When it counts; <see langword="null"/> for always.</summary>
    [Id(1)]
    public Condition? When { get; init; }

    /// <summary>How many values it has; <see langword="null"/> for more than anybody would try one by one.</summary>
    [JsonIgnore]
    public abstract int? Count { get; }

    /// <summary>The value at a place of the unit interval.</summary>
    /// <param name="unit">0 to 1, both included.</param>
    public abstract double FromUnit(double unit);

    /// <summary>The place of a value in the unit interval; <see cref="FromUnit"/> leads back to the value.</summary>
    /// <param name="value">A value that <see cref="Accepts"/> accepts.</param>
    public abstract double ToUnit(double value);

    /// <summary>Whether the number is one of its values.</summary>
    public abstract bool Accepts(double value);

    /// <summary>The value as it stands in a search file.</summary>
    public abstract string Text(double value);

    /// <summary>The value that a text stands for; <see langword="null"/> where it is none of its values.</summary>
    public abstract double? Find(string text);

    /// <summary>What is wrong with it, with what was expected; <see langword="null"/> for nothing.</summary>
    internal abstract string? Complaint();
}
