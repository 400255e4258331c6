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

    /// <summary>Bytes of the exported model.</summary>
    [Id(3)]
    public required long ModelBytes { get; init; }

    /// <summary>Measured speed beside the dense float model.</summary>
    [Id(4)]
    public required LatencyReport Latency { get; init; }
}
