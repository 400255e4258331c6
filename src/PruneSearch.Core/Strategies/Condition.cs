namespace PruneSearch.Core.Strategies;

/// <summary>A hyperparameter counts only where another one, a choice that itself counts, has one of these values.</summary>
/// <param name="Name">Name of the other one, which stands before it in the space.</param>
/// <param name="Values">Its values as texts, at least one.</param>
[GenerateSerializer, Immutable, Alias("prunesearch.Condition")]
public sealed record Condition([property: Id(0)] string Name, [property: Id(1)] IReadOnlyList<string> Values)
{
    /// <summary>The same condition, whatever holds the values.</summary>
    public bool Equals(Condition? other) => other is not null && Name == other.Name && Values.SequenceEqual(other.Values);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Values.Count);
}
