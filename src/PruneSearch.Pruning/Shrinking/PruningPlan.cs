using System.Collections.Immutable;
using System.Text.Json.Serialization;
using PruneSearch.Core.Networks;

namespace PruneSearch.Pruning.Shrinking;

/// <summary>Which channels of each group stay. Groups that are not named stay whole.</summary>
/// <param name="Kept">Group name to the indices of the channels that stay, ascending; none for the groups of a block that is left out.</param>
/// <param name="Removed">Number of channels that go.</param>
public sealed record PruningPlan(IReadOnlyDictionary<string, ImmutableArray<int>> Kept, int Removed)
{
    /// <summary>Whether carrying it out would change nothing; a step with such a plan needs no fine-tuning.</summary>
    [JsonIgnore]
    public bool RemovesNothing => Removed == 0;

    /// <summary>
    /// The same plan as the layers see it that read what a block put out which is left out: in the place of its channels stand those of another group.
    /// </summary>
    /// <param name="before">The network that is pruned.</param>
    /// <param name="after">What it becomes.</param>
    /// <exception cref="ArgumentException">The block makes more or fewer channels than it reads.</exception>
    internal PruningPlan AsRead(Network before, Network after)
    {
        var kept = new Dictionary<string, ImmutableArray<int>>(Kept, StringComparer.Ordinal);
        foreach (string name in Kept.Keys.Where(g => before.Group(g).Width > 0 && after.StandIn(g) != g))
        {
            ChannelGroup own = before.Group(name), other = before.Group(after.StandIn(name));
            if (own.Width != other.Width)
            {
                throw new ArgumentException(
                    $"The layers with '{name}' cannot be left out: they make {own.Width} channels of the {other.Width} of '{other.Name}'.");
            }
            kept[name] = Kept.TryGetValue(other.Name, out var stay) ? stay : [.. Enumerable.Range(0, other.Width)];
        }
        return this with { Kept = kept };
    }

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
