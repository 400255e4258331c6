namespace PruneSearch.Data.Metrics;

/// <summary>From the classes of a detector to those of a data set, by name without regard to case.</summary>
public static class ClassMapping
{
    /// <summary>The index of each class of the detector among those of the data set, or −1.</summary>
    /// <exception cref="ArgumentException">A class of the data is none of the detector's.</exception>
    public static int[] Of(IReadOnlyList<string> detector, IReadOnlyList<string> dataset)
    {
        string? missing = dataset.FirstOrDefault(c => !detector.Contains(c, StringComparer.OrdinalIgnoreCase));
        if (missing is not null)
        {
            throw new ArgumentException($"The detector does not know class '{missing}'; it knows {string.Join(", ", detector)}.");
        }
        return [.. detector.Select(c => dataset.ToList().FindIndex(d => string.Equals(c, d, StringComparison.OrdinalIgnoreCase)))];
    }
}
