using PruneSearch.Core.Stages;

namespace PruneSearch.Core.Comparisons;

/// <summary>
/// Accuracy of a detector on bootstrap resamples of a split's pictures (Efron 1979): as many pictures as there are, drawn with
/// replacement. Which are drawn follows from the number of pictures alone, so the same place is the same resample for every
/// detector on the split, and two detectors can be compared pair by pair: what both owe to the choice of pictures cancels.
/// </summary>
/// <param name="Map50">mAP at IoU 0.5 on each, 0 to 1; NaN where no picture drawn has an object.</param>
/// <param name="Map">COCO mAP on each.</param>
public sealed record ScoreResamples(IReadOnlyList<double> Map50, IReadOnlyList<double> Map)
{
    /// <summary>How many there are.</summary>
    public const int Count = 1000;

    /// <summary>Interval of mAP at IoU 0.5.</summary>
    public ConfidenceInterval Map50Interval => ConfidenceInterval.OfBootstrap(Map50);

    /// <summary>Interval of COCO mAP.</summary>
    public ConfidenceInterval MapInterval => ConfidenceInterval.OfBootstrap(Map);

    /// <summary>Interval of how much more mAP at IoU 0.5 this detector has than another one on the same split.</summary>
    /// <exception cref="ArgumentException">The other has another number of resamples.</exception>
    public ConfidenceInterval Map50Beyond(ScoreResamples other) => Beyond(Map50, other?.Map50);

    /// <summary>Interval of how much more COCO mAP this detector has than another one on the same split.</summary>
    /// <exception cref="ArgumentException">The other has another number of resamples.</exception>
    public ConfidenceInterval MapBeyond(ScoreResamples other) => Beyond(Map, other?.Map);

    private static ConfidenceInterval Beyond(IReadOnlyList<double> own, IReadOnlyList<double>? other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return own.Count == other.Count ? ConfidenceInterval.OfBootstrap(own.Zip(other, (a, b) => a - b))
            : throw new ArgumentException($"{other.Count} resamples cannot be paired with {own.Count}: the splits differ.", nameof(other));
    }
}
