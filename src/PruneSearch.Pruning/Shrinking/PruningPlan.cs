using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace PruneSearch.Pruning.Shrinking;

/// <summary>Which channels of each group stay. Groups that are not named stay whole.</summary>
/// <param name="Kept">Group name to the indices of the channels that stay, ascending; none for the groups of a block that is left out.</param>
/// <param name="Removed">Number of channels that go.</param>
public sealed record PruningPlan(IReadOnlyDictionary<string, ImmutableArray<int>> Kept, int Removed)
{
    /// <summary>Whether carrying it out would change nothing; a step with such a plan needs no fine-tuning.</summary>
    [JsonIgnore]
    public bool RemovesNothing => Removed == 0;

    /// <summary>This plan and one that follows it, as one.</summary>
    public PruningPlan Then(PruningPlan second)
    {
        var kept = new Dictionary<string, ImmutableArray<int>>(Kept, StringComparer.Ordinal);
        foreach (var (group, stay) in second.Kept)
        {
            kept[group] = Kept.TryGetValue(group, out var before) ? [.. stay.Select(i => before[i])] : stay;
        }
        return new PruningPlan(kept, Removed + second.Removed);
    }
}
