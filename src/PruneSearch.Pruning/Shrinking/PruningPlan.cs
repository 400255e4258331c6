using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace PruneSearch.Pruning.Shrinking;

/// <summary>Which channels of each group stay. Groups that are not named stay whole.</summary>
/// <param name="Kept">Group name to the indices of the channels that stay, ascending, at least one.</param>
/// <param name="Removed">Number of channels that go.</param>
public sealed record PruningPlan(IReadOnlyDictionary<string, ImmutableArray<int>> Kept, int Removed)
{
    /// <summary>Whether carrying it out would change nothing; a step with such a plan needs no fine-tuning.</summary>
    [JsonIgnore]
    public bool RemovesNothing => Removed == 0;
}
