using PruneSearch.Inference.Detecting;

namespace PruneSearch.Web.Pictures;

/// <summary>What became of an object between two models.</summary>
internal enum BoxChange
{
    /// <summary>Both find it, with the same class.</summary>
    Kept,

    /// <summary>Only the second one finds it.</summary>
    Appeared,

    /// <summary>Only the first one finds it.</summary>
    Vanished,

    /// <summary>Both find it, with different classes.</summary>
    Reclassified,
}

/// <summary>An object that one of two models finds, or both.</summary>
/// <param name="Change">What became of it.</param>
/// <param name="Before">As the first model finds it; <see langword="null"/> where it does not.</param>
/// <param name="After">As the second model finds it; <see langword="null"/> where it does not.</param>
internal sealed record ChangedBox(BoxChange Change, FoundObject? Before, FoundObject? After);

/// <summary>Tells what two models see differently in one picture.</summary>
internal static class BoxChanges
{
    /// <summary>Overlap (IoU) from which two boxes are the same object, as in mAP50.</summary>
    public const float SameObject = 0.5f;

    /// <summary>
    /// Pairs the boxes of two models: same classes first, the largest overlaps first; then what is left whatever its class. The rest appeared or
    /// vanished.
    /// </summary>
    public static IReadOnlyList<ChangedBox> Between(IReadOnlyList<FoundObject> before, IReadOnlyList<FoundObject> after)
    {
        var pairs = before.SelectMany(b => after.Select(a => (Before: b, After: a, Iou: b.Iou(a)))).Where(p => p.Iou >= SameObject)
            .OrderByDescending(p => p.Before.Class == p.After.Class).ThenByDescending(p => p.Iou);
        var paired = new HashSet<FoundObject>(ReferenceEqualityComparer.Instance);
        var changes = new List<ChangedBox>();
        foreach (var (b, a, _) in pairs)
        {
            if (!paired.Contains(b) && !paired.Contains(a))
            {
                paired.UnionWith([b, a]);
                changes.Add(new ChangedBox(b.Class == a.Class ? BoxChange.Kept : BoxChange.Reclassified, b, a));
            }
        }
        changes.AddRange(before.Where(b => !paired.Contains(b)).Select(b => new ChangedBox(BoxChange.Vanished, b, null)));
        changes.AddRange(after.Where(a => !paired.Contains(a)).Select(a => new ChangedBox(BoxChange.Appeared, null, a)));
        return changes;
    }
}
