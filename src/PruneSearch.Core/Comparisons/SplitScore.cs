namespace PruneSearch.Core.Comparisons;

/// <summary>How a finished stage's detector does on a split that the stage did not see.</summary>
public sealed record SplitScore
{
    /// <summary>Mean average precision at IoU 0.5, 0 to 1.</summary>
    public required double Map50 { get; init; }

    /// <summary>COCO mAP: mean over IoU 0.5 to 0.95, 0 to 1.</summary>
    public required double Map { get; init; }

    /// <summary>Average precision at IoU 0.5 by class name; NaN where the split has no such object.</summary>
    public required SortedDictionary<string, double> ClassAp50 { get; init; }

    /// <summary>The same on resamples of the pictures; <see langword="null"/> in files from before they were made.</summary>
    public ScoreResamples? Resamples { get; init; }

    /// <summary>Pictures of the split.</summary>
    public required int Pictures { get; init; }
}
