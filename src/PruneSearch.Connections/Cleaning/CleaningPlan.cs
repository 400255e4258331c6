using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;

namespace PruneSearch.Connections.Cleaning;

/// <summary>What can go from a checkpoint store.</summary>
/// <param name="Stages">Stages that go as a whole, with their objects.</param>
/// <param name="Others">Objects that go by themselves: snapshots of finished stages, pruned detectors, pictures, manifests, base weights.</param>
/// <param name="KeptBytes">Bytes of what was looked at and stays.</param>
/// <param name="Searches">Searches that were there when it was made.</param>
public sealed record CleaningPlan(
    IReadOnlyDictionary<StageKey, IReadOnlyList<StoredObject>> Stages, IReadOnlyList<StoredObject> Others, long KeptBytes, IReadOnlySet<string> Searches)
{
    /// <summary>Those of <see cref="Searches"/> that were over: one that is taken up again meanwhile needs all that it has.</summary>
    public IReadOnlySet<string> Over { get; init; } = new HashSet<string>();

    /// <summary>Bytes that would be free.</summary>
    public long Bytes => Stages.Values.SelectMany(o => o).Concat(Others).Sum(o => o.Bytes);
}
