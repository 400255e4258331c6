namespace PruneSearch.Core.Stages;

/// <summary>Accuracy, size and speed of one form of a stage's detector: everything in which the integer model differs from the float one.</summary>
[GenerateSerializer, Alias("prunesearch.QuantisedReport")]
public sealed record ModelScore
{
    /// <summary>Mean average precision at IoU 0.5 on the validation split, 0 to 1, with the exported model.</summary>
    [Id(0)]
    public required double Map50 { get; init; }

    /// <summary>COCO mAP: mean over IoU 0.5 to 0.95, 0 to 1.</summary>
    [Id(1)]
    public required double Map { get; init; }

    /// <summary>Average precision at IoU 0.5 by class name; NaN where the split has no such object.</summary>
    [Id(2)]
    public required SortedDictionary<string, double> ClassAp50 { get; init; }

    /// <summary>95 % interval of <see cref="Map50"/> over the choice of pictures; <see langword="null"/> in reports from before it was computed.</summary>
    [Id(20)]
    public ConfidenceInterval? Map50Interval { get; init; }

    /// <summary>95 % interval of <see cref="Map"/> over the choice of pictures.</summary>
    [Id(21)]
    public ConfidenceInterval? MapInterval { get; init; }

    /// <summary>
    /// 95 % interval of how much more mAP at IoU 0.5 this model has than the dense original, both on the same resamples of the pictures: all below zero is
    /// less accurate beyond chance. <see langword="null"/> for the original float model itself and where it was not computed.
    /// </summary>
    [Id(22)]
    public ConfidenceInterval? Map50BeyondDense { get; init; }

    /// <summary>Bytes of the exported model.</summary>
    [Id(3)]
    public required long ModelBytes { get; init; }

    /// <summary>Measured speed beside the dense float model.</summary>
    [Id(4)]
    public required LatencyReport Latency { get; init; }
}
